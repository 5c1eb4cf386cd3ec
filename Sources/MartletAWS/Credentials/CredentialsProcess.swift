import Foundation
import MartletCore

/// A program that prints credentials, as `credential_process` names it.
///
/// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
package struct CredentialsProcess: Sendable {
    private let command: String
    private let profile: String
    private let timeout: Duration

    private static let maximumByteCount = 64 << 10

    /// - Parameter timeout: How long the program may take; people may have to touch a key meanwhile.
    init(_ command: String, profile: String, timeout: Duration = .seconds(60)) {
        self.command = command
        self.profile = profile
        self.timeout = timeout
    }

    /// Runs the program, without a shell, and reads what it prints.
    ///
    /// - Throws: ``CredentialsError``, without a word of the program's; `CancellationError`.
    func credentials(environment: [String: String]) async throws -> AWSCredentials {
        let words = Self.words(command)
        guard let first = words.first, let path = Self.path(of: first, environment: environment) else {
            throw failure("cannot be started", remedy: "Check that the program is there and may be run")
        }
        let run: ProgramRun
        do {
            run = try ProgramRun(
                path: path,
                arguments: Array(words.dropFirst()),
                environment: environment,
                maximumByteCount: Self.maximumByteCount
            )
        } catch {
            throw failure("cannot be started", remedy: "Check that the program is there and may be run")
        }
        switch try await run.outcome(timeout: timeout) {
        case .timedOut: throw failure("does not end", remedy: "Run it in a terminal to see what it waits for")
        case .tooLarge: throw failure("prints more than credentials", remedy: "Let it print one JSON object")
        case .ended(let status, _) where status != 0:
            throw failure("ends with status \(status)", remedy: "Run it in a terminal to see why")
        case .ended(_, let output):
            let json = (try? JSONValue(parsing: output)) ?? .null
            guard json["Version"]?.integer == 1 else {
                throw failure("prints no JSON with Version 1", remedy: "Let it print what AWS's documentation says")
            }
            return try AWSCredentials(json, token: "SessionToken", from: "the program of the profile \(profile)")
        }
    }

    private func failure(_ reason: String, remedy: String) -> CredentialsError {
        CredentialsError("credential_process of the profile \(profile) \(reason)", remedy: remedy)
    }

    /// The words of a command: spaces part them but within quotes, and a backslash keeps the character behind it.
    package static func words(_ command: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in command {
            switch (character, quote) {
            case _ where isEscaped:
                word = (word ?? "") + String(character)
                isEscaped = false
            case ("\\", let quote) where quote != "'":
                isEscaped = true
                word = word ?? ""
            case ("\"", nil), ("'", nil):
                quote = character
                word = word ?? ""
            case (_, let open?) where character == open: quote = nil
            case (_, nil) where character.isWhitespace:
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        if let word { words.append(word) }
        return words
    }

    /// Where a program is: at its path, or in a folder of `PATH`.
    private static func path(of program: String, environment: [String: String]) -> String? {
        let manager = FileManager.default
        if program.contains("/") { return manager.isExecutableFile(atPath: program) ? program : nil }
        let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { manager.isExecutableFile(atPath: $0) }
    }
}
