import MartletCore
import OrderedCollections
import Synchronization

/// Responses that can be gone on from, in memory, each for the caller who asked for it.
///
/// Where there are too many, or they come to too many bytes, those go that were least recently used.
final class ResponseStore: Sendable {
    /// A response and the conversation up to its end, instructions left out.
    struct Stored: Sendable {
        /// The response as callers see it.
        var response: JSONValue
        /// The conversation.
        var messages: [ChatMessage]
    }

    private struct Key: Hashable {
        var id: String
        var caller: String
    }

    private struct State {
        var entries: OrderedDictionary<Key, (stored: Stored, byteCount: Int)> = [:]
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let countLimit: Int
    private let byteLimit: Int

    /// Makes an empty store.
    init(limits: APILimits) {
        countLimit = limits.storedResponseCount
        byteLimit = limits.storedByteCount
    }

    /// Keeps a response.
    ///
    /// - Complexity: O(responses) for those that go.
    func insert(_ stored: Stored, id: String, caller: Caller) {
        let byteCount = stored.byteCount
        guard byteCount <= byteLimit, countLimit > 0 else { return }
        state.withLock { state in
            state.entries[Key(id: id, caller: caller.id)] = (stored, byteCount)
            state.byteCount += byteCount
            while state.entries.count > countLimit || state.byteCount > byteLimit {
                state.byteCount -= state.entries.removeFirst().value.byteCount
            }
        }
    }

    /// The caller's response of an id.
    ///
    /// - Throws: 404 where it isn't there any more, or is somebody else's.
    func response(_ id: String, of caller: Caller, parameter: String? = nil) throws(APIError) -> Stored {
        let key = Key(id: id, caller: caller.id)
        let found = state.withLock { state -> Stored? in
            guard let entry = state.entries.removeValue(forKey: key) else { return nil }
            state.entries[key] = entry
            return entry.stored
        }
        guard let found else { throw .missingResponse(parameter) }
        return found
    }

    /// Takes the caller's response of an id away.
    ///
    /// - Throws: 404 where it isn't there.
    func remove(_ id: String, of caller: Caller) throws(APIError) {
        let wasThere = state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: Key(id: id, caller: caller.id)) else { return false }
            state.byteCount -= entry.byteCount
            return true
        }
        guard wasThere else { throw .missingResponse(nil) }
    }
}

extension ResponseStore.Stored {
    /// About how much memory it takes.
    fileprivate var byteCount: Int {
        let texts = messages.reduce(0) { sum, message in
            sum + 128 + message.content.utf8.count
                + message.toolCalls.reduce(0) { $0 + 64 + $1.name.utf8.count + $1.arguments.utf8.count }
        }
        return texts + response.serialized.count * 2
    }
}

extension APIError {
    fileprivate static func missingResponse(_ parameter: String?) -> APIError {
        .notFound(
            "No such response is kept: responses are kept in memory, for a while, for the caller who asked for them. "
                + "Send the whole conversation as 'input'.",
            parameter: parameter
        )
    }
}
