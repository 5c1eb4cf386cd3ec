import FoundationEssentials
import Logging
import MartletCore
import Synchronization

extension Secretary {
    /// What has to be known before the model is asked.
    private enum Preparation {
        /// It may be asked.
        case ready([ChatMessage], marker: String, event: InboundEvent, any LanguageModel)
        /// It may not.
        case end(LaneInput)
    }

    /// What the model said and what it took; nil where something newer came in between.
    private typealias Answer = (text: String?, usage: Usage?)

    /// Asks the model for an answer, unless something newer happens in the lane meanwhile.
    func write(_ round: Int, _ update: LaneUpdate) async throws {
        let lane = update.contact.id
        let interrupt = state.withLock { state in
            state.writing[lane]?.round = round
            return state.writing[lane]?.interrupt ?? WakeUp()
        }
        defer { state.withLock { $0.writing[lane]?.round = nil } }
        // Something may have happened between the look at the lane and the mark above.
        guard let current = try await store.secretaryContact(lane), case .writing(round, _) = current.lane.phase else {
            return
        }
        switch try await prepare(round, update) {
        case .end(let input): _ = try await advance(.id(lane), input)
        case .ready(let messages, let marker, let event, let model):
            let answer = await answer(to: messages, with: model, for: update.contact, until: interrupt)
            // Booked outside of what is interrupted, so that nothing stays reserved.
            try await budget?.settle(event, usage: answer.usage)
            // What is given up because the process ends is asked again at the next start.
            guard !Task.isCancelled, !state.withLock({ $0.isDraining }) else { return }
            let message = answer.text.flatMap {
                SecretaryPrompt.message(from: $0, marker: marker, maximumLength: settings.maximumLength)
            }
            _ = try await advance(.id(lane), message.map { .written($0, round: round) } ?? .notWritten(round: round))
        }
    }

    /// The model's answer, or nothing as soon as `interrupt` says so.
    private func answer(
        to messages: [ChatMessage],
        with model: any LanguageModel,
        for contact: SecretaryContact,
        until interrupt: WakeUp
    ) async -> Answer {
        await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await self.generate(messages, with: model, owner: contact) }
            group.addTask {
                // A model that does not keep its deadline is given up as well.
                await interrupt.wait(atMost: self.settings.answerTimeout + .seconds(60))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // Interrupted: what was used until then is still paid.
            return (nil, (await group.next() ?? nil)?.usage)
        }
    }

    private func prepare(_ round: Int, _ update: LaneUpdate) async throws -> Preparation {
        let account = update.account
        let lane = update.contact.lane
        var event = ownersEvent(for: update.contact.id, round, account)
        switch try await access?.admit(event) ?? .admitted {
        case .admitted: break
        case .refused(let reply): return .end(.notAllowed(reply.text, round: round))
        case .ignored: return .end(.notAllowed(nil, round: round))
        }
        // The owner pays as in their own chat with the bot, where they can be told how much is left.
        event.connection = nil
        guard let model else { return .end(.notWritten(round: round)) }
        let marker =
            String(UInt64(clock.chance() * 0x1p53), radix: 36) + String(UInt64(clock.chance() * 0x1p53), radix: 36)
        let room = (model.information.contextLength - settings.maximumTokenCount) * 2
        let messages = SecretaryPrompt.messages(
            try await store.messages(in: update.contact.id),
            template: settings.template,
            owner: account.name,
            contact: lane.name,
            marker: marker,
            maximumLength: min(6000, max(500, room))
        )
        if let budget {
            let count = try? await model.tokenCount(of: .messages(messages))
            // A model that cannot count is taken to have a token a character.
            let tokens = (count ?? messages.reduce(0) { $0 + $1.content.count }) + settings.maximumTokenCount
            if case .exhausted(let reply) = try await budget.reserve(tokens: tokens, for: event) {
                return .end(.notAllowed(reply.text, round: round))
            }
        }
        return .ready(messages, marker: marker, event: event, model)
    }

    /// What the model says; nil where it failed.
    private func generate(
        _ messages: [ChatMessage],
        with model: any LanguageModel,
        owner: SecretaryContact
    ) async -> Answer {
        var request = GenerationRequest(
            .messages(messages),
            sampling: sampling,
            maximumTokenCount: settings.maximumTokenCount,
            deadline: .now + settings.answerTimeout
        )
        request.owner = owner.promptOwner
        var text = ""
        var usage: Usage?
        do {
            for try await event in model.generate(request) {
                switch event {
                case .text(let piece): text += piece
                case .finished(let summary): usage = summary.usage
                case .thinking, .toolCall, .promptScores, .scores, .sources: break
                }
            }
        } catch {
            if !(error is CancellationError) {
                logger.error("The model failed", metadata: ["error": "\(error)"])
            }
            return (nil, usage)
        }
        return (text, usage)
    }

    /// What the policies are asked about: the owner, who lets the bot write and pays for it.
    private func ownersEvent(for lane: LaneID, _ round: Int, _ account: SecretaryAccount) -> InboundEvent {
        InboundEvent(
            // Negative, so that it is no update's; the same after a restart, so that nothing is reserved twice.
            id: EventID(bot: account.bot, update: -(lane.rawValue << 24 | Int64(round) & 0xFF_FFFF)),
            key: account.place,
            isPrivate: true,
            message: MessageID(0),
            sender: .init(id: account.owner, name: account.name, languageCode: account.languageCode),
            date: clock.now(),
            content: .text(""),
            addressing: .privateChat,
            connection: account.connection.id
        )
    }
}

extension SecretaryContact {
    /// By which name the model keeps what it computed of this lane; see ``PromptKeeping``.
    public var promptOwner: String { "secretary:\(address.bot):\(address.owner):\(address.chat)" }
}
