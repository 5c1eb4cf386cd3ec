internal import CMartletKernels

/// Index of a block of the cache.
public typealias BlockIndex = Int32

/// How keys and values are kept.
public enum KVFormat: String, Sendable, Hashable, CaseIterable {
    /// Single-precision floats: nothing is rounded, in twice the memory of half precision.
    case f32
    /// Half-precision floats.
    case f16
    /// Bytes in blocks of 32 with a half-precision scale; head widths that 32 divides.
    case q8_0

    var kernelFormat: martlet_kv_format {
        switch self {
        case .f32: MARTLET_KV_F32
        case .f16: MARTLET_KV_F16
        case .q8_0: MARTLET_KV_Q8_0
        }
    }
}

/// Keys and values of all layers in blocks of ``blockLength`` positions, shared by all sequences.
///
/// Layout: `[L][block][K][keys, values][blockLength][d]`, so that one head of one block is one attention tile, and a
/// layer's part of a block is one piece of memory. Memory is resident only where positions were written. Which blocks a
/// sequence has, and in which order, is the caller's table; the cache itself knows no sequences.
public final class KVCache {
    /// Positions in a block.
    public static let blockLength = 32

    /// How many blocks there are.
    public let blockCount: Int
    /// How keys and values are kept.
    public let format: KVFormat
    /// Bytes that one block takes in all layers together.
    public let blockByteCount: Int

    /// Layers, L.
    let layerCount: Int
    /// Bytes of one head's row.
    let rowByteCount: Int
    /// Bytes of one head's keys, or values, in one block.
    let headByteCount: Int
    /// Bytes of one block in one layer.
    let layerBlockByteCount: Int
    private let buffer: AlignedBuffer

    /// Reserves the memory.
    ///
    /// - Throws: ``ModelError`` when the format doesn't fit the head width or the memory can't be had.
    init(configuration: DecoderConfiguration, format: KVFormat, blockCount: Int) throws(ModelError) {
        guard format != .q8_0 || configuration.headWidth % 32 == 0 else {
            throw ModelError(
                .invalidOption,
                "a q8_0 cache needs heads whose width 32 divides; this model's are \(configuration.headWidth) wide",
                remedy: "Use the f16 cache."
            )
        }
        guard (1...(1 << 24)).contains(blockCount) else {
            throw ModelError(
                .invalidOption,
                "\(blockCount) cache blocks",
                remedy: "Ask for a context of 1 to \((1 << 24) * Self.blockLength) positions in all."
            )
        }
        self.format = format
        self.blockCount = blockCount
        layerCount = configuration.layerCount
        rowByteCount = martlet_kv_row_bytes(format.kernelFormat, configuration.headWidth)
        // The configuration keeps K * d below 2^20 and L at most 2^10: all but the last product stay below 2^40.
        headByteCount = (rowByteCount * Self.blockLength + 63) / 64 * 64
        layerBlockByteCount = headByteCount * 2 * configuration.kvHeadCount
        blockByteCount = layerBlockByteCount * layerCount
        let (byteCount, overflow) = blockByteCount.multipliedReportingOverflow(by: blockCount)
        guard !overflow, byteCount <= 1 << 46 else {
            throw ModelError(
                .outOfMemory,
                "a cache of \(blockCount) blocks of \(blockByteCount) bytes is out of reach",
                remedy: "Ask for a shorter context or fewer sequences."
            )
        }
        buffer = try AlignedBuffer(byteCount: byteCount, purpose: "the key/value cache")
    }

    /// One layer's blocks: the first byte of block 0.
    @inline(__always)
    func layerBase(_ layer: Int) -> UnsafeMutableRawPointer {
        buffer.base + layer * blockCount * layerBlockByteCount
    }

    /// Copies one block's keys and values in all layers, for a sequence that forks in the middle of a block.
    ///
    /// - Precondition: Both indices are below ``blockCount``.
    /// - Complexity: O(``blockByteCount``).
    public func copyBlock(from source: BlockIndex, to destination: BlockIndex) {
        precondition((0..<blockCount).contains(Int(source)), "source block outside the cache")
        precondition((0..<blockCount).contains(Int(destination)), "destination block outside the cache")
        guard source != destination else { return }
        for layer in 0..<layerCount {
            let base = layerBase(layer)
            (base + Int(destination) * layerBlockByteCount).copyMemory(
                from: base + Int(source) * layerBlockByteCount,
                byteCount: layerBlockByteCount
            )
        }
    }
}
