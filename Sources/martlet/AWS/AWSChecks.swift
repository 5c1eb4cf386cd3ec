import MartletAWS
import MartletCore

/// What there is to say of a bot's things on AWS.
struct AWSChecks {
    let resources: BotResources
    let connection: AWSConnection

    /// Everything, in the order in which one thing needs the other.
    /// - Parameter environment: Where settings may name secrets.
    /// - Throws: `CancellationError`.
    func findings(_ environment: [String: String]) async throws -> [Finding] {
        let source: String
        do {
            source = try await connection.credentials.source()
        } catch let error as CredentialsError {
            return [Finding(.failure, "credentials", error.message, remedy: error.remedy + ".")]
        }
        var findings = [
            Finding(.ok, "credentials", "from \(source)"), Finding(.ok, "region", connection.region),
        ]
        findings += try await checked("identity") {
            let identity = try await connection.identity()
            return [Finding(.ok, "identity", "\(identity.arn), account \(identity.account)")]
        }
        // Who is nobody there needs not be told so five times.
        guard !findings.contains(where: { $0.level == .failure }) else { return findings }
        findings += try await checked("table", table)
        findings += try await checked("queue", queue)
        findings += try await secrets(environment)
        return findings
    }

    private func table() async throws -> [Finding] {
        let probe = AWSProbe(connection.client("dynamodb"))
        guard let table = try await probe.table(resources.name) else {
            return [absent("table", "there is no table \(resources.name)", "martlet aws setup \(resources.name)")]
        }
        let state = table["TableStatus"]?.string ?? "unknown"
        let count = table["ItemCount"]?.integer.map { "; \($0) items at the last count" } ?? ""
        var findings = [
            state == "ACTIVE"
                ? Finding(.ok, "table", "\(resources.name)\(count)")
                : Finding(.notice, "table", "\(resources.name) is \(state.lowercased())", remedy: "Wait a moment.")
        ]
        let missing = try await probe.missingTableRights(resources.name)
        if !missing.isEmpty { findings.append(lacking("table", missing)) }
        return findings
    }

    private func queue() async throws -> [Finding] {
        let client = connection.client("sqs")
        let queue: MessageQueue
        do {
            queue = try await MessageQueue(named: resources.queueName, client: client)
        } catch let error as AWSError where error.code == "QueueDoesNotExist" {
            return [
                absent(
                    "queue",
                    "there is no queue \(resources.queueName); only the mode queue needs one",
                    "martlet aws setup \(resources.name) --queue"
                )
            ]
        }
        let attributes = try await queue.attributes()
        let waiting = attributes["ApproximateNumberOfMessages"] ?? "?"
        let working = attributes["ApproximateNumberOfMessagesNotVisible"] ?? "?"
        var findings = [Finding(.ok, "queue", "\(resources.queueName); \(waiting) wait, \(working) are worked at")]
        if attributes["RedrivePolicy"] == nil {
            findings.append(
                Finding(
                    .notice,
                    "queue",
                    "it has no queue for dead letters, so a message that fails is tried until it is too old",
                    remedy: "Run: martlet aws setup \(resources.name) --queue"
                )
            )
        } else if let dead = try? await MessageQueue(named: resources.deadLettersName, client: client),
            let count = try await dead.attributes()["ApproximateNumberOfMessages"].flatMap({ Int($0) }), count > 0
        {
            findings.append(
                Finding(
                    .notice,
                    "dead letters",
                    "\(count) messages could not be dealt with",
                    remedy: "See the worker's log; \(resources.deadLettersName) keeps them for two weeks."
                )
            )
        }
        let missing = try await AWSProbe(client).missingQueueRights(queue)
        if !missing.isEmpty { findings.append(lacking("queue", missing)) }
        return findings
    }

    /// The bot's own secret, and whatever the settings name.
    private func secrets(_ environment: [String: String]) async throws -> [Finding] {
        let reader = connection.secrets()
        // An ARN is a secret's only where it says so; whatever else looks like a reference is meant as one.
        let named = environment.filter { _, value in
            SecretReference.isReference(value) && (!value.hasPrefix("arn:") || (try? SecretReference(value)) != nil)
        }
        var findings: [Finding] = []
        for (variable, text) in named.sorted(by: { $0.key < $1.key }) {
            findings += try await checked("secret") {
                _ = try await reader.secret(text)
                return [Finding(.ok, "secret", "\(variable) can be read")]
            }
        }
        guard named.isEmpty else { return findings }
        return try await checked("secret") {
            do {
                _ = try await reader.secret("secretsmanager:\(resources.name)#\(BotResources.tokenKey)")
                return [Finding(.ok, "secret", "\(resources.name) holds the bot's token")]
            } catch let error as AWSError where error.code == "ResourceNotFoundException" {
                return [
                    absent(
                        "secret",
                        "there is no secret \(resources.name)",
                        "TELEGRAM_TOKEN=… martlet aws setup \(resources.name) --secret"
                    )
                ]
            }
        }
    }

    /// What a check finds, or what stands against it.
    private func checked(_ subject: String, _ check: () async throws -> [Finding]) async throws -> [Finding] {
        do {
            return try await check()
        } catch let error as AWSError {
            let text = "\(error.message) (\(error.code))"
            return [Finding(.failure, subject, text, remedy: error.remedy.map { $0 + "." })]
        } catch let error as CredentialsError {
            return [Finding(.failure, subject, error.message, remedy: error.remedy + ".")]
        }
    }

    private func absent(_ subject: String, _ text: String, _ command: String) -> Finding {
        Finding(.notice, subject, text, remedy: "To make it: \(command)")
    }

    private func lacking(_ subject: String, _ actions: [String]) -> Finding {
        Finding(
            .failure,
            subject,
            "this identity may not \(actions.joined(separator: ", "))",
            remedy: "Allow these to it; deploy/template.yaml has the policies."
        )
    }
}
