/// Blocks as bytes, for keeping them elsewhere.
extension KVCache {
    /// The version of a block's layout; a change of what ``exportBlock(_:to:)`` writes counts it up.
    public static let blockLayoutVersion = 1

    /// Writes one block's keys and values in all layers, layer after layer.
    ///
    /// - Precondition: `bytes` has ``blockByteCount`` bytes, and the block is below ``blockCount``.
    /// - Complexity: O(``blockByteCount``), at the speed of memory.
    public func exportBlock(_ block: BlockIndex, to bytes: UnsafeMutableRawBufferPointer) {
        check(block, bytes.count)
        for layer in 0..<layerCount {
            let source = layerBase(layer) + Int(block) * layerBlockByteCount
            UnsafeMutableRawBufferPointer(rebasing: bytes[(layer * layerBlockByteCount)...])
                .copyMemory(from: UnsafeRawBufferPointer(start: source, count: layerBlockByteCount))
        }
    }

    /// Puts back what ``exportBlock(_:to:)`` wrote, of a cache of the same model, format and layout.
    ///
    /// - Precondition: `bytes` has ``blockByteCount`` bytes, and the block is below ``blockCount``.
    /// - Note: Keys and values are numbers: wrong ones give wrong answers, never wrong accesses.
    public func importBlock(_ block: BlockIndex, from bytes: UnsafeRawBufferPointer) {
        check(block, bytes.count)
        guard let base = bytes.baseAddress else { return }
        for layer in 0..<layerCount {
            (layerBase(layer) + Int(block) * layerBlockByteCount).copyMemory(
                from: base + layer * layerBlockByteCount,
                byteCount: layerBlockByteCount
            )
        }
    }

    private func check(_ block: BlockIndex, _ byteCount: Int) {
        precondition((0..<blockCount).contains(Int(block)), "block outside the cache")
        precondition(byteCount == blockByteCount, "\(byteCount) bytes for a block of \(blockByteCount)")
    }
}

extension Decoder {
    /// Everything beside the model's file that decides what the bytes of a cache block mean.
    ///
    /// That is the block's layout, the format of keys and values, and the rotary angles, which depend on the context
    /// that the model was loaded with where a file has factors for several. Kernels are not in it: they differ by
    /// rounding, as one batch's answer does from another's.
    public var cacheIdentity: String {
        let angles =
            (frequencies.full + [frequencies.fullMagnitude] + frequencies.windowed
            + [frequencies.windowedMagnitude]).map { String($0.bitPattern, radix: 16) }
        return "layout \(KVCache.blockLayoutVersion) format \(cache.format.rawValue) block \(KVCache.blockLength) "
            + "bytes \(cache.blockByteCount) angles \(angles.joined(separator: " "))"
    }
}
