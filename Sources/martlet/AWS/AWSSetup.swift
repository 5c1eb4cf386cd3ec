import MartletAWS
import MartletCore

/// Makes the parts one by one, or says what would be made.
struct AWSSetup {
    let resources: BotResources
    let connection: AWSConnection
    let isDryRun: Bool

    /// The table.
    /// - Throws: `AWSError`, also where a table of that name is something else; `CancellationError`.
    func table(recovery: Bool) async throws -> AWSSetupReport.Step {
        let client = connection.client("dynamodb")
        let isCreated: Bool
        if isDryRun {
            isCreated = try await AWSProbe(client).table(resources.name) == nil
        } else {
            isCreated = try await resources.table(recovery: recovery).create(on: client) == .created
        }
        return AWSSetupReport.Step(kind: "table", name: resources.name, change: isCreated ? .created : .unchanged)
    }

    /// The queues, the dead letters' first, and the address of the one that is sent to.
    /// - Returns: No address where nothing was made.
    /// - Throws: `AWSError`; `CancellationError`.
    func queues() async throws -> (steps: [AWSSetupReport.Step], url: String?) {
        let client = connection.client("sqs")
        guard !isDryRun else {
            let dead = try await resources.deadLetters.change(client)
            let known = try? await MessageQueue(named: resources.deadLettersName, client: client).attributes()[
                "QueueArn"
            ]
            let work = try await resources.queue(deadLettersARN: known ?? "").change(client)
            return ([step(resources.deadLettersName, dead), step(resources.queueName, work)], nil)
        }
        let (dead, deadChange) = try await resources.deadLetters.apply(client)
        guard let arn = try await dead.attributes()["QueueArn"] else {
            throw AWSError(
                code: AWSError.unreadable,
                message: "the queue \(resources.deadLettersName) has no ARN",
                remedy: "See that AWS_ENDPOINT_URL names a server that speaks SQS's JSON"
            )
        }
        let (queue, change) = try await resources.queue(deadLettersARN: arn).apply(client)
        return ([step(resources.deadLettersName, deadChange), step(resources.queueName, change)], queue.url)
    }

    /// The secret.
    /// - Throws: `AWSError`, also where a secret of that name is something else; `CancellationError`.
    func secret(_ values: [String: Secret], renewsWebhook: Bool) async throws -> AWSSetupReport.Step {
        let definition = resources.secret(values, renewsWebhook: renewsWebhook)
        let client = connection.client("secretsmanager")
        let change = isDryRun ? try await definition.change(client) : try await definition.apply(client)
        return AWSSetupReport.Step(
            kind: "secret",
            name: resources.name,
            change: change.isCreated ? .created : change.keys.isEmpty ? .unchanged : .updated,
            detail: change.keys.isEmpty ? nil : change.keys.joined(separator: ", ")
        )
    }

    private func step(_ name: String, _ change: QueueDefinition.Change) -> AWSSetupReport.Step {
        let word: AWSSetupReport.Step.Change =
            switch change {
            case .created: .created
            case .updated: .updated
            case .unchanged: .unchanged
            }
        return AWSSetupReport.Step(kind: "queue", name: name, change: word)
    }
}
