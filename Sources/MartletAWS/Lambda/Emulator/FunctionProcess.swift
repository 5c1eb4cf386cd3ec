#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A child process that is the function's runtime; its output goes where this process's goes.
struct FunctionProcess: Sendable {
    let id: pid_t

    /// Starts a program.
    ///
    /// - Throws: ``LambdaError`` where it can't be started.
    init(_ program: String, _ arguments: [String], environment: [String: String]) throws {
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that the keys of this process's terminal reach this process only.
        posix_spawnattr_setpgroup(&attributes, 0)
        // Threads of this process may hold signals back, and ignore some; the program shall get all of them.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var id: pid_t = 0
        let status = posix_spawn(&id, program, nil, &attributes, &words, &variables)
        guard status == 0 else {
            throw LambdaError(.setting, "\(program) can't be started: \(String(cString: strerror(status)))")
        }
        self.id = id
    }

    /// Sends a signal to the process and what it has started.
    func signal(_ number: Int32) {
        if kill(-id, number) != 0 { _ = kill(id, number) }
    }

    /// Ends the process at once.
    func end() { signal(SIGKILL) }
    /// Asks the process to end.
    func terminate() { signal(SIGTERM) }

    /// Waits for the process's end, even where the task is cancelled: whoever cancels has to end the process.
    ///
    /// - Returns: How it ended, as in "exit status 1".
    func wait() async -> String {
        while true {
            var status: Int32 = 0
            let result = waitpid(id, &status, WNOHANG)
            if result == id { return Self.text(status) }
            if result < 0, errno != EINTR { return "unknown" }
            // An emulator may look now and then; cancellation ends the pause, not the wait.
            await Self.pause()
        }
    }

    private static func pause() async {
        if Task.isCancelled {
            // The process is about to end.
            usleep(2000)
        } else {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func text(_ status: Int32) -> String {
        // As the macros of <sys/wait.h> have it.
        let signal = status & 0x7F
        return signal == 0 ? "exit status \((status >> 8) & 0xFF)" : "signal \(signal)"
    }
}
