import Foundation
import Logging
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import Testing
import martlet

/// What a function is told, and what it works out from that.
@Suite("What a function is told")
struct LambdaSettingsTests {
    private func configuration(
        _ environment: [String: String],
        options: [String: String] = [:]
    ) async throws -> LambdaConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "martlet.yaml")
        try Data("log: info\n".utf8).write(to: file)
        let values = try await SettingValues(options: options, environment: environment, file: file.path)
        return try LambdaConfiguration(values, machine: FunctionMachine(environment: environment, unique: "here"))
    }

    @Test("needs nothing to be one function")
    func defaults() async throws {
        let settings = try await configuration([:])
        #expect(settings.mode == .one)
        #expect(settings.handlerTimeout == .seconds(50))
        #expect(settings.maximumReceives == 5)
        #expect(settings.emulatorPort == 8080)
        #expect(!settings.writesMetrics)
        #expect(settings.gigabyteSecondsPerDay == nil)
        #expect(settings.webhookPath == nil)
    }

    @Test("says what is wrong with a setting, and where it is set")
    func wrong() async throws {
        for (environment, words) in [
            (["LAMBDA_MODE": "two"], ["LAMBDA_MODE", "one, front, worker, request, api"]),
            (["LAMBDA_MODE": "front"], ["LAMBDA_QUEUE_URL"]),
            (["LAMBDA_MODE": "front", "LAMBDA_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/plain"], [".fifo"]),
            (["HANDLER_TIMEOUT": "60"], ["HANDLER_TIMEOUT", "1 to 55"]),
            (["LAMBDA_GB_SECONDS_PER_DAY": "many"], ["LAMBDA_GB_SECONDS_PER_DAY"]),
            (["LAMBDA_MAXIMUM_RECEIVES": "1"], ["LAMBDA_MAXIMUM_RECEIVES"]),
        ] {
            let error = await #expect(throws: ConfigurationError.self) { try await configuration(environment) }
            for word in words { #expect(error?.description.contains(word) == true, "\(environment): \(word)") }
        }
    }

    @Test("writes metrics where AWS runs it, unless told otherwise")
    func metrics() async throws {
        #expect(try await configuration(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"]).writesMetrics)
        let silent = try await configuration(["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "LAMBDA_METRICS": "no"])
        #expect(!silent.writesMetrics)
    }

    @Test(
        "takes a thread for each processor that the memory brings",
        arguments: [
            ("128", 1), ("1024", 1), ("1769", 1), ("2653", 1), ("2654", 2), ("3538", 2), ("5500", 3), ("10240", 6),
        ]
    )
    func threads(memory: String, count: Int) {
        #expect(FunctionMachine.threadCount(environment: ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory]) == count)
    }

    @Test("counts threads as everywhere else where nobody says how much memory there is")
    func noMemory() {
        for text in ["", "much", "0", "-5"] {
            #expect(FunctionMachine.threadCount(environment: ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": text]) == nil)
        }
        #expect(FunctionMachine.threadCount(environment: [:]) == nil)
    }

    @Test("leaves the delivery a tenth of a call, between one and five seconds")
    func deadlines() {
        let now = ContinuousClock.now
        func parts(_ remaining: Duration, limit: Duration? = nil) -> (Duration, Duration) {
            let deadline = CallDeadline(remaining: remaining, limit: limit, now: now)
            return (deadline.cut - now, deadline.last - now)
        }
        #expect(parts(.seconds(900)) == (.seconds(895), .seconds(898.75)))
        #expect(parts(.seconds(30)) == (.seconds(27), .seconds(29.25)))
        #expect(parts(.seconds(5)) == (.seconds(4), .seconds(4.75)))
        #expect(parts(.seconds(900), limit: .seconds(50)) == (.seconds(50), .seconds(55)))
        #expect(parts(.seconds(30), limit: .seconds(50)) == (.seconds(27), .seconds(29.25)))
        #expect(!CallDeadline(remaining: .zero, now: now).hasTime)
        #expect(!CallDeadline(remaining: .seconds(-4), now: now).hasTime)
        #expect(!CallDeadline(remaining: .milliseconds(900), now: now).hasTime)
    }

    @Test("follows names of secrets, in every variable and no other, and takes both values of the webhook's")
    func secrets() async throws {
        let asked = Asked()
        let references = SecretReferences { name in
            await asked.note(name)
            return ["present-\(name.count)", "past"].compactMap { Secret($0) }
        }
        let environment = [
            "TELEGRAM_TOKEN": "secretsmanager:bot#TOKEN", "TELEGRAM_WEBHOOK_SECRET": "ssm:/bot/webhook",
            "OPENAI_API_KEY": "arn:aws:secretsmanager:eu-west-1:1:secret:key", "BOT_NAME": "Ada",
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/martlet",
        ]
        let full = try await references.resolve(environment)
        #expect(full["TELEGRAM_TOKEN"] == "present-24")
        #expect(full["TELEGRAM_WEBHOOK_SECRET"] == "present-16,past")
        #expect(full["OPENAI_API_KEY"]?.hasPrefix("present-") == true)
        #expect(full["BOT_NAME"] == "Ada")
        #expect(full["AWS_ROLE_ARN"] == environment["AWS_ROLE_ARN"])
        #expect(await asked.names.count == 3)
        #expect(SecretReferences.concernModels(environment))
        #expect(!SecretReferences.concernModels(["TELEGRAM_TOKEN": "ssm:/a", "AWS_ROLE_ARN": "arn:aws:iam::1:role/a"]))
    }

    @Test("says which variable's secret could not be had")
    func lostSecret() async throws {
        let references = SecretReferences { _ in throw AWSError(code: "ResourceNotFoundException", message: "not there")
        }
        let error = await #expect(throws: ConfigurationError.self) {
            try await references.resolve(["TELEGRAM_TOKEN": "secretsmanager:bot"])
        }
        #expect(error?.description.contains("TELEGRAM_TOKEN") == true)
    }

    private actor Asked {
        var names: [String] = []

        func note(_ name: String) { names.append(name) }
    }
}
