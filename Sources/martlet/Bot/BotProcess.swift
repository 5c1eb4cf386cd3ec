package import Foundation
import MartletSimulator

/// A bot in a process of its own, in a folder of its own, so that it can be killed and started again on what it kept.
package final class BotProcess: BotUnderTest {
    /// What is run.
    package enum Program {
        /// A martlet with the arguments of `martlet bot`.
        case file(URL)
        /// A shell command.
        case command(String)
    }

    private let program: Program
    private let folder: URL
    private var process: Process?
    /// Where its log goes.
    var log: URL { folder.appending(path: "bot.log") }

    /// Makes a bot that has never run.
    /// - Parameter folder: Its home and working folder; there must be one.
    package init(_ program: Program, folder: URL) {
        self.program = program
        self.folder = folder
    }

    package var isRunning: Bool { process?.isRunning ?? false }

    /// This program's file.
    static var ownProgram: URL {
        Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    }

    package func start(arguments: [String], environment: [String: String]) async throws {
        let process = Process()
        switch program {
        case .file(let file):
            process.executableURL = file
            process.arguments = ["bot"] + arguments
        case .command(let command):
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments = ["-c", "exec " + command + arguments.map { " '\($0)'" }.joined()]
        }
        var all = environment.merging(["HOME": folder.path]) { given, _ in given }
        all["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        process.environment = all
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

    package func stop() async throws {
        process?.terminate()
        try await waitForEnd(seconds: 30)
    }

    package func kill() async throws {
        if let process, process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        try await waitForEnd(seconds: 10)
    }

    private func waitForEnd(seconds: Int) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while isRunning, .now < end { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// The last lines of its log.
    func logTail(lineCount: Int) -> [String] {
        guard let text = try? String(contentsOf: log, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").suffix(lineCount).map { String($0) }
    }
}
