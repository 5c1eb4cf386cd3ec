import AsyncHTTPClient
import Foundation
import Logging
import MartletConversation
import MartletCore
import MartletTelegram

/// What a function needs, made early and side by side: the door while the model is being read.
///
/// What cannot be made is tried again by the call that wants it, so a store that was away at the start hurts nobody later.
final class FunctionStage: Sendable {
    let configuration: LambdaConfiguration
    let machine: FunctionMachine
    let door: Preparation<FunctionDoor>
    let models: Preparation<BotApplication.Model>
    /// What makes vectors; nil in modes that make none.
    let embedder: Preparation<any Embedder>?
    let backstage: Preparation<FunctionBackstage>
    let logger: Logger
    private let shown: AsyncStream<FunctionBackstage>
    private let shownContinuation: AsyncStream<FunctionBackstage>.Continuation

    /// Notes how things are made; ``run()`` makes them.
    /// - Parameters:
    ///   - openDoor: Reads the settings and secrets, opens the store.
    ///   - loadModels: Loads the models; not called in a function that asks none.
    ///   - loadEmbedder: Gives what makes vectors; nil in modes that make none.
    init(
        _ configuration: LambdaConfiguration,
        machine: FunctionMachine,
        client: HTTPClient,
        logger: Logger,
        openDoor: @escaping @Sendable () async throws -> FunctionDoor,
        loadModels: @escaping @Sendable () async throws -> BotApplication.Model,
        loadEmbedder: (@Sendable () async throws -> any Embedder)?
    ) {
        self.configuration = configuration
        self.machine = machine
        self.logger = logger
        let (shown, continuation) = AsyncStream<FunctionBackstage>.makeStream()
        self.shown = shown
        shownContinuation = continuation
        let door = Preparation(openDoor)
        let models = Preparation(loadModels)
        self.door = door
        self.models = models
        embedder = loadEmbedder.map { Preparation($0) }
        backstage = Preparation {
            let opened = try await door.value()
            let asks = configuration.mode != .front && !opened.configuration.conversation.isEcho
            let model = asks ? try await models.value() : nil
            let made = try await FunctionBackstage.make(
                opened,
                model: model,
                configuration,
                machine: machine,
                client: client,
                logger: logger
            )
            continuation.yield(made)
            return made
        }
    }

    /// Makes what is wanted, until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.door.run() }
            group.addTask { await self.models.run() }
            group.addTask { await self.embedder?.run() }
            group.addTask { await self.backstage.run() }
            for await backstage in shown {
                group.addTask { await backstage.elsewhere.run() }
            }
        }
    }

    /// What a start waits for: the door; and the model where nobody waits for the start.
    ///
    /// What fails here is told with the first call, which tries again.
    func begin() async {
        guard configuration.mode != .api else { return }
        door.begin()
        do {
            if machine.isReadyMade, configuration.mode != .front {
                _ = try await backstage.value()
            } else {
                _ = try await door.value()
            }
        } catch let error as ConfigurationError where error.code == .missingValue {
            logger.notice("There is no bot yet; prompts are answered", metadata: ["bot.missing": "\(error)"])
        } catch {
            logger.error("The function is not ready yet; the next call tries again", metadata: ["error": "\(error)"])
        }
    }

    /// The day's computing time, where it is limited.
    func ledger(_ door: FunctionDoor) -> FunctionLedger? {
        FunctionLedger.make(door, configuration)
    }
}

extension FunctionLedger {
    /// The ledger of a function, where its time is limited.
    static func make(_ door: FunctionDoor, _ configuration: LambdaConfiguration) -> FunctionLedger? {
        configuration.gigabyteSecondsPerDay.map { limit in
            FunctionLedger(
                store: door.store,
                bot: door.identity.id,
                limit: limit,
                timeZone: door.configuration.access.budgets.timeZone
            )
        }
    }
}
