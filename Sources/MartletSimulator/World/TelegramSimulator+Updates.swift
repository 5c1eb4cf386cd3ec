import MartletCore
import Synchronization

extension TelegramSimulator {
    private enum Poll {
        case answer(SimulatedAnswer)
        case wait
    }

    /// Long polling: an offset confirms everything before it, the latest poller wins, and nothing is sent twice to one that
    /// confirms.
    func getUpdates(_ parameters: JSONObject) async -> SimulatedAnswer {
        let limit = Int(min(max(parameters["limit"]?.integer ?? 100, 1), 100))
        let timeout = min(max(parameters["timeout"]?.integer ?? 0, 0), 50)
        let end = ContinuousClock.now + .seconds(timeout)
        let number = state.withLock { state in
            if let offset = parameters["offset"]?.integer {
                if offset >= 0 {
                    state.updates.removeAll { $0.id < offset }
                } else {
                    state.updates = state.updates.suffix(Int(min(-offset, 100)))
                }
            }
            state.pollCount += 1
            return state.pollCount
        }
        while true {
            let poll = state.withLock { state -> Poll in
                guard state.webhook.isEmpty else {
                    return .answer(
                        .refuse(
                            409,
                            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                                + "webhook first"
                        )
                    )
                }
                guard state.pollCount == number else {
                    return .answer(
                        .refuse(
                            409,
                            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
                        )
                    )
                }
                guard !state.updates.isEmpty || .now >= end else { return .wait }
                // Text rather than values: an update may be anything but JSON.
                let updates = state.updates.prefix(limit).map(\.json).joined(separator: ",".utf8)
                return .answer(.respond(200, Array("{\"ok\":true,\"result\":[".utf8) + updates + Array("]}".utf8)))
            }
            if case .answer(let answer) = poll { return answer }
            do {
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                return .reset
            }
        }
    }
}
