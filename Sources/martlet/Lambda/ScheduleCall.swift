import Foundation
import Logging
import MartletConversation
import MartletCore
import MartletTelegram

/// A call that the clock made: keeps the function warm, answers what was left, forgets what is old.
struct ScheduleCall: Sendable {
    let call: FunctionCall

    /// Does all of it; what fails does not keep the rest from being done.
    func run() async throws {
        let stage = call.stage
        var done: JSONObject = [:]
        if stage.configuration.mode == .api {
            done["warm"] = .bool(await warm())
            return try await call.respond(.object(done))
        }
        let door = try await stage.door.value()
        let backstage = try await stage.backstage.value()
        let deadline = call.deadline()
        let turns = call.turns(backstage, door)
        if stage.configuration.mode == .front {
            done["housekeeping"] = .bool(await keepHouse(door, backstage))
            return try await call.respond(.object(done))
        }
        let leftovers = try await Leftovers.look(turns)
        done["answered"] = .integer(Int64(try await leftovers.answer(until: deadline)))
        await backstage.runSecretary(in: door.store, until: deadline)
        done["housekeeping"] = .bool(await keepHouse(door, backstage))
        done["warm"] = .bool(await warm())
        try await call.respond(.object(done))
    }

    /// Has local models read their weights once, so that the next answer does not wait for them.
    private func warm() async -> Bool {
        var isWarm = false
        if let embedder = try? await call.stage.embedder?.value(), embedder.information.isLocal {
            isWarm = (try? await embedder.embed(EmbeddingRequest([EmbeddingInput("Hello")]))) != nil
        }
        guard let model = try? await call.stage.models.value().model, model.information.isLocal else { return isWarm }
        var request = GenerationRequest(.messages([.user("Hello")]), maximumTokenCount: 1)
        request.priority = .background
        do {
            for try await _ in model.generate(request) {}
            return true
        } catch {
            call.logger.error("The model could not be kept warm", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Once a day: asks who the bot is, and forgets what is not to be kept.
    /// - Returns: Whether it was time for it, and all went well.
    private func keepHouse(_ door: FunctionDoor, _ backstage: FunctionBackstage) async -> Bool {
        do {
            let note = try await IdentityNote.read(of: door.identity.id, in: door.store)
            guard note?.isOld(at: Date()) ?? true else { return false }
            try await backstage.gate.policy.sweep(bot: door.identity.id)
            try await backstage.gate.forget()
            try await door.prune()
            try await call.stage.ledger(door)?.sweep()
            try await IdentityNote(try await backstage.parts.api.getMe(), at: Date()).save(in: door.store)
            return true
        } catch {
            call.logger.error("What is old could not be forgotten; it is tried again", metadata: ["error": "\(error)"])
            return false
        }
    }
}
