import Foundation
import MartletCore
import Testing

private let motoURL = ProcessInfo.processInfo.environment["MARTLET_MOTO_URL"].flatMap { $0.isEmpty ? nil : $0 }

/// The commands in processes of their own, as an operator runs them.
@Suite("The commands about AWS", .timeLimit(.minutes(3)))
struct AWSProcessTests {
    private static let token = "7:hidden-token"

    /// Runs the program that was built beside these tests.
    private func run(
        _ arguments: [String],
        _ variables: [String: String] = [:],
        input: String = ""
    ) throws -> (status: Int32, output: String, errors: String, json: JSONValue) {
        let basic = [
            "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": motoURL ?? "",
            "AWS_ACCESS_KEY_ID": "AKIDMOTO", "AWS_SECRET_ACCESS_KEY": "hidden-key", "AWS_REGION": "eu-west-1",
        ]
        let run = try MartletProgram.run(
            ["aws"] + arguments,
            environment: basic.merging(variables) { $1 },
            input: input
        )
        #expect(!(run.output + run.errors).contains("hidden"))
        let json = try? JSONValue(parsing: Array(run.output.utf8))
        return (run.status, run.output, run.errors, json ?? .null)
    }

    private func changes(_ json: JSONValue) -> [String] {
        (json["steps"]?.array ?? []).map { step in
            "\(step["kind"]?.string ?? "") \(step["change"]?.string ?? "")"
        }
    }

    private func levels(_ json: JSONValue) -> [String: String] {
        Dictionary(
            (json["findings"]?.array ?? []).map { ($0["subject"]?.string ?? "", $0["level"]?.string ?? "") },
            uniquingKeysWith: { $1 }
        )
    }

    @Test("make everything, once, and find it then", .enabled(if: motoURL != nil, "MARTLET_MOTO_URL is not set"))
    func setup() throws {
        let name = "bot-\(UInt64.random(in: 0..<UInt64.max))"
        let all = ["setup", name, "--queue", "--secret", "--json"]
        let plan = try run(all + ["--dry-run"], ["TELEGRAM_TOKEN": Self.token])
        #expect(plan.status == 0, "\(plan.errors)")
        let created = ["table created", "queue created", "queue created", "secret created"]
        #expect(changes(plan.json) == created)
        let before = try run(["check", name, "--json"])
        #expect(before.status == 0, "\(before.errors)")
        #expect(levels(before.json)["table"] == "notice" && levels(before.json)["identity"] == "ok")

        let made = try run(all, ["TELEGRAM_TOKEN": Self.token])
        #expect(made.status == 0, "\(made.errors)")
        #expect(changes(made.json) == created)
        let settings = made.json["settings"]
        #expect(settings?["MARTLET_STORE_PATH"]?.string == "dynamodb:\(name)")
        #expect(settings?["LAMBDA_QUEUE_URL"]?.string?.hasSuffix("/\(name).fifo") == true)
        #expect(settings?["TELEGRAM_TOKEN"]?.string == "secretsmanager:\(name)#TELEGRAM_TOKEN")

        let unchanged = ["table unchanged", "queue unchanged", "queue unchanged", "secret unchanged"]
        #expect(changes(try run(all).json) == unchanged)
        #expect(changes(try run(all + ["--token-stdin"], input: Self.token + "\n").json) == unchanged)
        let rotated = try run(all + ["--rotate-webhook-secret"]).json
        #expect(changes(rotated).last == "secret updated")
        #expect(rotated["steps"]?.array?.last?["detail"]?.string == "WEBHOOK_SECRET")

        let after = try run(["check", name, "--json"])
        #expect(after.status == 0, "\(after.errors)")
        for subject in ["credentials", "region", "identity", "table", "queue", "secret"] {
            #expect(levels(after.json)[subject] == "ok", "\(subject)")
        }
        let text = try run(["setup", name]).output
        #expect(text.contains("is there") && text.contains("MARTLET_STORE_PATH=dynamodb:\(name)"))
    }

    @Test("say what lacks, with the remedy")
    func missing() throws {
        let nobody = try run(["check"], ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""])
        #expect(nobody.status == 1)
        #expect(nobody.output.contains("AWS_ACCESS_KEY_ID is not set"))
        let nowhere = try run(["check"], ["AWS_REGION": ""])
        #expect(nowhere.status == 1 && nowhere.output.contains("Set AWS_REGION"))
        let unreachable = try run(["setup"], ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"])
        #expect(unreachable.status == 1 && unreachable.errors.contains("nothing listens"))
    }

    @Test(
        "refuse what they cannot use before anything is made",
        arguments: [
            ["setup", "a"], ["setup", "name with spaces"], ["setup", "--token-stdin"],
            ["setup", "--secret", "--token-stdin"], ["setup", "--secret", "--model-key-from", "NOT_SET"],
        ]
    )
    func usage(arguments: [String]) throws {
        let refused = try run(arguments, ["AWS_ENDPOINT_URL": "http://127.0.0.1:1"], input: "hidden nonsense")
        #expect(refused.status == 2, "\(refused.errors)")
    }
}
