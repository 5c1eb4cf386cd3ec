package import Foundation

/// A program in a process of its own that writes into a file what it says, to be ended, killed and started again.
package final class LoggedProcess {
    /// Where it writes what it says, each start behind the one before.
    package let log: URL
    private var process: Process?

    /// Makes a process that has never run.
    package init(log: URL) {
        self.log = log
    }

    /// Starts a program.
    /// - Parameters:
    ///   - environment: All that it gets besides `PATH`.
    ///   - folder: Its working folder.
    package func start(
        _ program: URL,
        arguments: [String],
        environment: [String: String],
        in folder: URL
    ) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment.merging(["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""]) { $1 }
        process.currentDirectoryURL = folder
        if !FileManager.default.fileExists(atPath: log.path) {
            _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        process.standardError = output
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process
    }

    /// Whether it runs.
    package var isRunning: Bool { process?.isRunning ?? false }

    /// How it ended; nil while it runs, and before it ever did.
    package var status: Int32? { isRunning ? nil : process?.terminationStatus }

    /// What it has said.
    package var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// Asks it to end, and waits for that.
    package func stop() async throws {
        process?.terminate()
        try await waitForEnd(seconds: 30)
    }

    /// Kills it.
    package func kill() async throws {
        if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        try await waitForEnd(seconds: 10)
    }

    private func waitForEnd(seconds: Int) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while isRunning, .now < end { try await Task.sleep(for: .milliseconds(5)) }
    }
}
