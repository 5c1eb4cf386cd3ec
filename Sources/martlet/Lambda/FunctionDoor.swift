import Foundation
import Logging
import MartletConversation
import MartletTelegram

/// What is needed to record a message: the store, the bot's identity and its secrets.
///
/// It knows no model.
struct FunctionDoor: Sendable {
    let configuration: BotConfiguration
    let store: any BotStore
    let identity: BotIdentity
    private let secret: WebhookSecret
    private let intake: Intake
    private let line: CollectingLine
    private let endpoint: WebhookEndpoint

    /// What came of a delivery.
    struct Delivery: Sendable {
        /// What Telegram is answered.
        var response: WebhookResponse
        /// What there is to be done about it; nil where there is nothing.
        var event: InboundEvent?
    }

    init(
        _ configuration: BotConfiguration,
        secrets: [WebhookSecret],
        store: any BotStore,
        identity: BotIdentity,
        logger: Logger
    ) {
        self.configuration = configuration
        self.store = store
        self.identity = identity
        secret = secrets[0]
        line = CollectingLine()
        intake = Intake(
            reader: configuration.telegram.reader(as: identity),
            store: store,
            line: line,
            logger: logger
        )
        endpoint = WebhookEndpoint(intake: intake, secrets: secrets, logger: logger)
    }

    /// Records what a request delivers.
    ///
    /// What was delivered before and is not finished is given out again: a delivery is repeated because nobody said that it
    /// arrived, so whoever took it may be gone.
    func take(_ request: WebhookRequest) async -> Delivery {
        let response = await endpoint.respond(to: request)
        guard response == .recorded else { return Delivery(response: response) }
        guard case .event(let event) = intake.reader.read(bytes: request.body).meaning else {
            return Delivery(response: response)
        }
        if line.take(event.id) { return Delivery(response: response, event: event) }
        do {
            let known = try await store.unfinishedEvents(of: identity.id).first { $0.id == event.id }
            return Delivery(response: response, event: known)
        } catch {
            return Delivery(response: .later("what was recorded cannot be read", after: .seconds(5)))
        }
    }

    /// Records an update that somebody hands over who may call the function itself: no secret is asked for.
    func take(trusted update: [UInt8]) async -> Delivery {
        await take(WebhookRequest(trusting: update, with: secret))
    }

    /// Forgets what is too old to come again.
    func prune() async throws { try await intake.prune() }
}
