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
    private let files: [String: String]
    private let process: LoggedProcess
    /// Where its log goes.
    var log: URL { process.log }

    /// Makes a bot that has never run.
    /// - Parameters:
    ///   - folder: Its home and working folder; there must be one.
    ///   - files: Texts that are there whenever it starts, by their paths in the folder.
    package init(_ program: Program, folder: URL, files: [String: String] = [:]) {
        self.program = program
        self.folder = folder
        self.files = files
        process = LoggedProcess(log: folder.appending(path: "bot.log"))
    }

    package var isRunning: Bool { process.isRunning }

    /// This program's file.
    static var ownProgram: URL {
        Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    }

    package func start(arguments: [String], environment: [String: String]) async throws {
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        let all = environment.merging(["HOME": folder.path]) { given, _ in given }
        switch program {
        case .file(let file):
            try process.start(file, arguments: ["bot"] + arguments, environment: all, in: folder)
        case .command(let command):
            let line = "exec " + command + arguments.map { " '\($0)'" }.joined()
            try process.start(URL(filePath: "/bin/sh"), arguments: ["-c", line], environment: all, in: folder)
        }
    }

    package func stop() async throws { try await process.stop() }

    package func kill() async throws { try await process.kill() }

    /// The last lines of its log.
    func logTail(lineCount: Int) -> [String] {
        process.text.split(separator: "\n").suffix(lineCount).map { String($0) }
    }
}
