/// What stands in front of a segment's keys and values: whose they are, after which tokens, and how to know them again.
///
/// Layout, little-endian: the fixed part (``fixedByteCount`` bytes, see `encoded`), the tokens `[blockCount][blockLength]`
/// of 4 bytes, the blocks' checksums `[blockCount]` of 32 bytes, zeros up to a multiple of 64, then the blocks
/// `[blockCount][blockByteCount]`. The header's own digest covers everything in front of the blocks, so that a header
/// either is as it was written or is not believed.
struct SegmentHeader: Equatable, Sendable {
    /// Bytes of the part that every header has.
    static let fixedByteCount = 208
    /// Blocks that a segment has at most.
    static let maximumBlockCount = 1 << 16

    /// Bytes of a header at most: what a file that nobody vouches for can make its reader hold.
    static let maximumByteCount = 16 << 20

    private static let magic = Array("MARTLETK".utf8)
    private static let version: UInt32 = 1
    private static let digestOffset = 176

    /// The model and the form of its cache.
    var fingerprint: SnapshotDigest
    /// The name of all tokens before the segment; see ``TokenChain``.
    var parent: SnapshotDigest
    /// Whose chat it is; nil when nobody's, or shared.
    var owner: OwnerTag?
    /// How many blocks are before it.
    var firstBlock: Int
    /// Positions in a block.
    var blockLength: Int
    /// Bytes of a block's keys and values.
    var blockByteCount: Int
    /// `[blockCount][blockLength]`.
    var tokens: [Int32]
    /// `[blockCount]`, each over the beginning's name and the block's bytes.
    var checksums: [SnapshotDigest]

    /// How many blocks the segment has.
    var blockCount: Int { checksums.count }
    /// Where the first block's bytes lie in the file.
    var payloadOffset: Int { Self.payloadOffset(blockCount: blockCount, blockLength: blockLength) }
    /// Bytes of the whole file.
    var fileByteCount: Int { payloadOffset + blockCount * blockByteCount }
    /// The names of the beginnings that end with each block, `[blockCount]`.
    var names: [SnapshotDigest] { TokenChain.names(after: parent, tokens: tokens[...], blockLength: blockLength) }

    /// Where the blocks lie behind a header of that many; the caller bounds both numbers by 2^16.
    static func payloadOffset(blockCount: Int, blockLength: Int) -> Int {
        (fixedByteCount + blockCount * (blockLength * 4 + SnapshotDigest.byteCount) + 63) / 64 * 64
    }

    /// A block's checksum: it holds for these bytes after these tokens only.
    static func checksum(of block: UnsafeRawBufferPointer, name: SnapshotDigest) -> SnapshotDigest {
        name.withBytes { SnapshotDigest(of: $0, block) }
    }

    /// The header's first blocks, as a segment of its own.
    func prefix(blockCount count: Int, owner: OwnerTag?) -> SegmentHeader {
        var header = self
        header.owner = owner
        header.tokens = Array(tokens.prefix(count * blockLength))
        header.checksums = Array(checksums.prefix(count))
        return header
    }

    // MARK: Bytes

    /// The header's bytes, `payloadOffset` of them.
    var encoded: [UInt8] {
        var bytes: [UInt8] = Self.magic
        func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        append(Self.version)
        append(UInt32(owner == nil ? 0 : 1))
        fingerprint.withBytes { bytes += $0 }
        parent.withBytes { bytes += $0 }
        (names.last ?? parent).withBytes { bytes += $0 }
        if let owner { owner.digest.withBytes { bytes += $0 } } else { bytes += [UInt8](repeating: 0, count: 32) }
        append(UInt32(firstBlock))
        append(UInt32(blockCount))
        append(UInt32(blockLength))
        append(UInt32(0))
        append(UInt64(blockByteCount))
        append(UInt64(fileByteCount))
        let body = tokens.withUnsafeBytes { Array($0) } + checksums.flatMap { $0.withBytes { Array($0) } }
        let digest = bytes.withUnsafeBytes { fixed in body.withUnsafeBytes { SnapshotDigest(of: fixed, $0) } }
        precondition(bytes.count == Self.digestOffset)
        digest.withBytes { bytes += $0 }
        bytes += body
        bytes += [UInt8](repeating: 0, count: payloadOffset - bytes.count)
        return bytes
    }

    /// The numbers of the fixed part, checked against each other and the file's length, before anything of that size is
    /// read.
    struct Fixed {
        var blockCount: Int
        var blockLength: Int
        var payloadOffset: Int

        /// Reads ``SegmentHeader/fixedByteCount`` bytes.
        init(_ bytes: UnsafeRawBufferPointer, fileByteCount: Int) throws(SnapshotFault) {
            guard bytes.count >= SegmentHeader.fixedByteCount, bytes.prefix(8).elementsEqual(SegmentHeader.magic) else {
                throw .damaged("it does not begin like a snapshot")
            }
            guard bytes.integer(8, UInt32.self) == SegmentHeader.version else { throw .foreign }
            blockCount = Int(bytes.integer(148, UInt32.self))
            blockLength = Int(bytes.integer(152, UInt32.self))
            let blockByteCount = bytes.integer(160, UInt64.self)
            guard (1...SegmentHeader.maximumBlockCount).contains(blockCount), (1...(1 << 16)).contains(blockLength),
                (1...(1 << 40)).contains(blockByteCount), bytes.integer(144, UInt32.self) < 1 << 24
            else { throw .damaged("its sizes are impossible") }
            payloadOffset = SegmentHeader.payloadOffset(blockCount: blockCount, blockLength: blockLength)
            // Below 2^16 * 2^40 + 2^24: no overflow.
            guard payloadOffset <= SegmentHeader.maximumByteCount,
                payloadOffset + blockCount * Int(blockByteCount) == fileByteCount,
                bytes.integer(168, UInt64.self) == UInt64(fileByteCount)
            else { throw .damaged("its length is not what its header says") }
        }
    }

    /// Reads a whole header.
    ///
    /// - Parameters:
    ///   - bytes: Everything in front of the blocks.
    ///   - fileByteCount: Bytes of the whole file.
    init(_ bytes: UnsafeRawBufferPointer, fileByteCount: Int) throws(SnapshotFault) {
        let fixed = try Fixed(bytes, fileByteCount: fileByteCount)
        guard bytes.count == fixed.payloadOffset else { throw .damaged("its header is cut short") }
        let tokenEnd = Self.fixedByteCount + fixed.blockCount * fixed.blockLength * 4
        let end = tokenEnd + fixed.blockCount * SnapshotDigest.byteCount
        let digest = SnapshotDigest(
            of: UnsafeRawBufferPointer(rebasing: bytes[..<Self.digestOffset]),
            UnsafeRawBufferPointer(rebasing: bytes[Self.fixedByteCount..<end])
        )
        guard digest == bytes.digest(Self.digestOffset), bytes[end...].allSatisfy({ $0 == 0 }) else {
            throw .damaged("its header does not match the header's checksum")
        }
        fingerprint = bytes.digest(16)
        parent = bytes.digest(48)
        owner = bytes.integer(12, UInt32.self) == 0 ? nil : OwnerTag(digest: bytes.digest(112))
        firstBlock = Int(bytes.integer(144, UInt32.self))
        blockLength = fixed.blockLength
        blockByteCount = Int(bytes.integer(160, UInt64.self))
        tokens = (0..<(fixed.blockCount * fixed.blockLength)).map {
            bytes.integer(Self.fixedByteCount + $0 * 4, Int32.self)
        }
        checksums = (0..<fixed.blockCount).map { bytes.digest(tokenEnd + $0 * SnapshotDigest.byteCount) }
        guard names.last == bytes.digest(80) else { throw .damaged("its tokens do not match its name") }
    }

    init(
        fingerprint: SnapshotDigest,
        parent: SnapshotDigest,
        owner: OwnerTag?,
        firstBlock: Int,
        blockLength: Int,
        blockByteCount: Int,
        tokens: [Int32],
        checksums: [SnapshotDigest]
    ) {
        precondition(tokens.count == checksums.count * blockLength)
        self.fingerprint = fingerprint
        self.parent = parent
        self.owner = owner
        self.firstBlock = firstBlock
        self.blockLength = blockLength
        self.blockByteCount = blockByteCount
        self.tokens = tokens
        self.checksums = checksums
    }
}

/// Who a segment belongs to, without saying the name.
struct OwnerTag: Hashable, Sendable {
    let digest: SnapshotDigest

    init(digest: SnapshotDigest) { self.digest = digest }

    /// The tag of an owner's name; the same for every model, so that one name erases everything.
    init(_ name: String) {
        var name = name
        digest = name.withUTF8 { bytes in
            SnapshotDigest(domain: "martlet owner", SnapshotDigest(of: UnsafeRawBufferPointer(bytes)))
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func integer<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
        Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    fileprivate func digest(_ offset: Int) -> SnapshotDigest {
        SnapshotDigest(UnsafeRawBufferPointer(rebasing: self[offset..<(offset + SnapshotDigest.byteCount)]))
    }
}
