internal import MartletCore

/// What keys and values belong to: the same model file, to the byte, and the same form of the cache.
package enum ModelFingerprint {
    /// The fingerprint's bytes.
    ///
    /// - Parameters:
    ///   - file: The whole model file as mapped: architecture, vocabulary, rotary settings and weights are all in it.
    ///   - cacheIdentity: What else decides the meaning of a cache block's bytes; see `Decoder.cacheIdentity`.
    ///   - adapters: Digests of what is added to the weights, in order.
    ///   - isWanted: Asked now and then whether somebody still waits; nil comes back when nobody does.
    /// - Complexity: Reads the whole file, at the speed of memory where it is there already.
    package static func bytes(
        ofFile file: UnsafeRawBufferPointer,
        cacheIdentity: String,
        adapters: [[UInt8]] = [],
        isWanted: () -> Bool = { true }
    ) -> [UInt8]? {
        FileDigest().digest(of: file, isWanted: isWanted).map {
            bytes(of: $0, cacheIdentity: cacheIdentity, adapters: adapters)
        }
    }

    /// The fingerprint's bytes for a file whose digest is known.
    static func bytes(of content: SnapshotDigest, cacheIdentity: String, adapters: [[UInt8]] = []) -> [UInt8] {
        var identity = cacheIdentity + " adapters"
        for adapter in adapters { identity += " " + adapter.map { String($0, radix: 16) }.joined(separator: ".") }
        let form = identity.withUTF8 { SnapshotDigest(of: UnsafeRawBufferPointer($0)) }
        return SnapshotDigest(domain: "martlet model", content, form).withBytes { Array($0) }
    }
}
