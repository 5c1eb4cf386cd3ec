public import MartletCore

/// A beginning that was computed ahead.
public struct PrecomputedPrompt: Sendable, Hashable {
    /// Tokens that are kept: whole cache blocks.
    public var tokenCount: Int
    /// Bytes of their keys and values.
    public var byteCount: Int
    /// Whether it was on disk already, for everybody.
    public var wasKept: Bool
}

extension LocalModel: PromptKeeping {
    /// The tokens with which every conversation under these instructions begins, whatever its user says.
    ///
    /// - Throws: What rendering throws.
    public func commonBeginning(of instructions: String) throws -> [TokenID] {
        // First words of different kinds: a token that reaches over the border differs for one of them.
        let beginnings = try ["Hello", "1", "\n\nПривет", "?"].map { words in
            try prompt(for: .messages([.system(instructions), .user(words)]))
        }
        return beginnings.dropFirst().reduce(beginnings[0]) { common, next in
            Array(zip(common, next).prefix { $0 == $1 }.map(\.0))
        }
    }

    /// Computes the beginning of all conversations under some instructions and keeps it on disk, as nobody's.
    ///
    /// Does nothing when it is there. Needs ``LocalModelOptions/snapshots``.
    /// - Throws: ``EngineError/Code/invalidOption`` when the model keeps nothing on disk or the beginning is shorter than
    ///   a cache block, ``EngineError/Code/contextTooSmall`` when it is longer than the context.
    public func precompute(_ instructions: String) async throws -> PrecomputedPrompt {
        guard let store = loop.snapshotStore, store.options.directory != nil else {
            throw EngineError(
                .invalidOption,
                "the model is loaded without a directory for snapshots",
                remedy: "Name one"
            )
        }
        let all = try commonBeginning(of: instructions).map(\.rawValue)
        let tokens = Array(all.prefix(all.count / store.blockLength * store.blockLength))
        guard !tokens.isEmpty else {
            throw EngineError(
                .invalidOption,
                "the instructions come to \(all.count) tokens, and fewer than \(store.blockLength) can't be kept",
                remedy: "Nothing has to be computed ahead for instructions this short"
            )
        }
        while case .opening = store.phase { try await Task.sleep(for: .milliseconds(5)) }
        guard store.phase == .ready else {
            throw EngineError(
                .invalidOption,
                "the directory of snapshots can't be used",
                remedy: "Name a directory that belongs to this user and that nobody else may write to"
            )
        }
        let blockCount = tokens.count / store.blockLength
        var result = PrecomputedPrompt(
            tokenCount: tokens.count,
            byteCount: blockCount * store.blockByteCount,
            wasKept: store.isShared(tokens[...])
        )
        guard !result.wasKept else { return result }
        try await perform { [contextLength = details.contextLength] result, cancellation in
            PrecomputationTask(
                prompt: tokens,
                contextLength: contextLength,
                result: result,
                cancellation: cancellation
            )
        }
        await store.flush()
        result.wasKept = false
        guard store.isShared(tokens[...]) else {
            throw EngineError(
                .invalidOption,
                "the beginning was computed, but it could not be written",
                remedy: "Free some space, raise the limit of snapshots, or name another directory"
            )
        }
        return result
    }

    /// Removes what is kept on disk of one owner's texts, for all models in the directory.
    ///
    /// What others' texts begin with as well stays; see ``GenerationRequest/owner``.
    /// - Returns: How many files went.
    @discardableResult
    public func eraseSnapshots(owner: String) async -> Int {
        await loop.snapshotStore?.erase(owner: owner) ?? 0
    }

    /// Erases what is kept on disk of one owner's conversations.
    public func eraseKeptPrompts(of owner: String) async {
        await eraseSnapshots(owner: owner)
    }

    /// Waits until what was computed so far is on disk, or given up.
    public func flushSnapshots() async {
        await loop.snapshotStore?.flush()
    }
}
