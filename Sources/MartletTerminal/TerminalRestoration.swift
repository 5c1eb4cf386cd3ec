import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Gives the terminal back as it was when the process is told to end while keys come raw or unseen.
public final class TerminalRestoration {
    private let sources: [any DispatchSourceSignal]

    /// Takes over SIGTERM and SIGHUP until ``stop()``; afterwards either ends the process, as ever.
    public init() {
        let mode = TerminalMode.current()
        sources = [SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Terminal.write(Array("\u{1B}[?2004l\r\n".utf8), to: STDOUT_FILENO)
                mode?.apply()
                signal(number, SIG_DFL)
                kill(getpid(), number)
            }
            source.resume()
            return source
        }
    }

    /// Gives both signals back to the system.
    public func stop() {
        for source in sources { source.cancel() }
        for number in [SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
    }
}
