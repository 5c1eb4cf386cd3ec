/// Names of a prompt's beginnings, block by block: equal names mean the same model and the same tokens from the start.
///
/// The name of a beginning of k blocks is a digest over the name of the one before and the tokens of the last block, and
/// the first name is made of the model's fingerprint.
enum TokenChain {
    /// The name of the empty beginning.
    static func root(of fingerprint: SnapshotDigest) -> SnapshotDigest {
        SnapshotDigest(domain: "martlet tokens", fingerprint)
    }

    /// The name of a beginning with one block more.
    static func name(after parent: SnapshotDigest, block: ArraySlice<Int32>) -> SnapshotDigest {
        // Every machine that the kernels run on is little-endian.
        parent.withBytes { parent in block.withUnsafeBytes { SnapshotDigest(of: parent, $0) } }
    }

    /// The names of the beginnings of `tokens` after `parent`, one for each whole block.
    ///
    /// - Complexity: O(tokens), about a microsecond a block.
    static func names(after parent: SnapshotDigest, tokens: ArraySlice<Int32>, blockLength: Int) -> [SnapshotDigest] {
        var names: [SnapshotDigest] = []
        names.reserveCapacity(tokens.count / blockLength)
        var start = tokens.startIndex
        while tokens.endIndex - start >= blockLength {
            names.append(name(after: names.last ?? parent, block: tokens[start..<(start + blockLength)]))
            start += blockLength
        }
        return names
    }
}
