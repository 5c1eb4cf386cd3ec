public import MartletModel

/// A block's content by identity: equal for blocks that hold the same tokens after the same earlier content.
///
/// Identities are never used twice, so a chain of them stands for its tokens exactly, where a chain of hashes could be
/// forged by whoever writes the prompts.
public struct ContentID: Hashable, Sendable {
    let rawValue: UInt64
}

/// Who holds which block of the KV cache, and what the blocks that nobody holds still contain.
///
/// A block is blank (no usable content), held (by one or more sequences), or reusable: held by nobody, its content
/// still there for the next prompt that begins the same way, until it is the least recently used one and room is
/// needed.
/// - SeeAlso: Kwon et al. 2023, "Efficient Memory Management for Large Language Model Serving with PagedAttention",
///   arXiv:2309.06180.
public struct BlockPool: Sendable {
    /// How many blocks there are.
    public let blockCount: Int
    /// Positions in a block.
    public let blockLength: Int

    private struct Content {
        var id: ContentID
        var key: Key
    }

    private struct Key: Hashable {
        var parent: ContentID?
        var hash: Int
    }

    private var holderCounts: [Int]
    private var contents: [Content?]
    /// The tokens of every block with content, `[blockCount][blockLength]`.
    private var tokens: [Int32]
    private var blocksByContent: [Key: BlockIndex] = [:]
    private var blank: [BlockIndex]
    private var reusable: RecencyList
    private var nextContent: UInt64 = 1
    private let hash: @Sendable (ArraySlice<Int32>) -> Int

    /// Makes a pool of blank blocks.
    public init(blockCount: Int, blockLength: Int) {
        self.init(blockCount: blockCount, blockLength: blockLength) { $0.hashValue }
    }

    /// Makes a pool that finds content by another hash, such as one that collides.
    package init(blockCount: Int, blockLength: Int, hash: @escaping @Sendable (ArraySlice<Int32>) -> Int) {
        precondition(blockCount > 0 && blockLength > 0)
        self.blockCount = blockCount
        self.blockLength = blockLength
        self.hash = hash
        holderCounts = Array(repeating: 0, count: blockCount)
        contents = Array(repeating: nil, count: blockCount)
        tokens = Array(repeating: 0, count: blockCount * blockLength)
        // Taken from the end: low blocks first, so that a small load touches little memory.
        blank = (0..<blockCount).reversed().map(BlockIndex.init)
        reusable = RecencyList(capacity: blockCount)
    }

    /// Blocks that ``allocate()`` can give: blank and reusable ones.
    public var availableCount: Int { blank.count + reusable.count }

    /// Blocks that nobody holds and whose content can be found.
    public var reusableCount: Int { reusable.count }

    /// Takes a block for writing: a blank one, else the least recently used of those that nobody holds.
    ///
    /// - Returns: nil when every block is held.
    public mutating func allocate() -> BlockIndex? {
        let block: BlockIndex
        if let last = blank.popLast() {
            block = last
        } else if let oldest = reusable.removeOldest() {
            block = BlockIndex(oldest)
            forget(block)
        } else {
            return nil
        }
        holderCounts[Int(block)] = 1
        return block
    }

    /// Adds a holder to a held or reusable block.
    public mutating func retain(_ block: BlockIndex) {
        let index = Int(block)
        if holderCounts[index] == 0 {
            precondition(contents[index] != nil, "a blank block has nothing to hold")
            reusable.remove(index)
        }
        holderCounts[index] += 1
    }

    /// Takes a holder away; the last one leaves the block reusable, or blank when its content was never sealed.
    public mutating func release(_ block: BlockIndex) {
        let index = Int(block)
        precondition(holderCounts[index] > 0, "released a block that nobody holds")
        holderCounts[index] -= 1
        guard holderCounts[index] == 0 else { return }
        if contents[index] == nil { blank.append(block) } else { reusable.append(index) }
    }

    /// How many sequences hold the block.
    public func holderCount(of block: BlockIndex) -> Int { holderCounts[Int(block)] }

    /// Declares a held block's content final, so that later prompts can find it.
    ///
    /// - Parameters:
    ///   - block: The block, written at all its positions.
    ///   - parent: The content before it; nil for a sequence's first block.
    ///   - written: Its tokens, `blockLength` of them.
    /// - Returns: The content's identity, an earlier block's when that one holds the same.
    public mutating func seal(_ block: BlockIndex, after parent: ContentID?, tokens written: ArraySlice<Int32>)
        -> ContentID
    {
        precondition(written.count == blockLength && holderCounts[Int(block)] > 0)
        let key = Key(parent: parent, hash: hash(written))
        let found = blocksByContent[key]
        if let found, holds(found, written), let content = contents[Int(found)] { return content.id }
        let id = ContentID(rawValue: nextContent)
        nextContent += 1
        // Another content with the same hash keeps its place: this one then can't be found, which costs time only.
        guard found == nil else { return id }
        contents[Int(block)] = Content(id: id, key: key)
        blocksByContent[key] = block
        let start = Int(block) * blockLength
        tokens.replaceSubrange(start..<(start + blockLength), with: written)
        return id
    }

    /// Holds the blocks that contain the beginning of `prompt`.
    ///
    /// - Parameters:
    ///   - prompt: The tokens to be computed.
    ///   - limit: At most this many blocks.
    /// - Returns: The blocks in order, now held once more, and the content of the last of them.
    /// - Note: Equal hashes are not trusted: the tokens are compared before a block is shared.
    public mutating func reuse(prefixOf prompt: ArraySlice<Int32>, limit: Int) -> (
        blocks: [BlockIndex], content: ContentID?
    ) {
        var blocks: [BlockIndex] = []
        var content: ContentID?
        var start = prompt.startIndex
        while blocks.count < limit, start + blockLength <= prompt.endIndex {
            guard let (block, found) = sealedBlock(after: content, holding: prompt[start..<(start + blockLength)])
            else {
                break
            }
            retain(block)
            blocks.append(block)
            content = found
            start += blockLength
        }
        return (blocks, content)
    }

    /// Looks for the blocks that contain the beginning of `prompt`, and holds none of them.
    ///
    /// - Parameters:
    ///   - prompt: The tokens to be computed.
    ///   - limit: At most this many blocks.
    /// - Returns: How many blocks there are, and how many of these somebody holds.
    public func find(prefixOf prompt: ArraySlice<Int32>, limit: Int) -> (count: Int, heldCount: Int) {
        var (count, heldCount) = (0, 0)
        var content: ContentID?
        var start = prompt.startIndex
        while count < limit, start + blockLength <= prompt.endIndex {
            guard let (block, found) = sealedBlock(after: content, holding: prompt[start..<(start + blockLength)])
            else {
                break
            }
            count += 1
            if holderCounts[Int(block)] > 0 { heldCount += 1 }
            content = found
            start += blockLength
        }
        return (count, heldCount)
    }

    /// The block that holds a piece after earlier content, with its content's identity.
    private func sealedBlock(after parent: ContentID?, holding piece: ArraySlice<Int32>) -> (BlockIndex, ContentID)? {
        guard let block = blocksByContent[Key(parent: parent, hash: hash(piece))], holds(block, piece),
            let content = contents[Int(block)]
        else { return nil }
        return (block, content.id)
    }

    /// Makes all blocks that nobody holds blank, so that none of their content is ever found again.
    public mutating func discardAll() {
        while let block = reusable.removeOldest() {
            forget(BlockIndex(block))
            blank.append(BlockIndex(block))
        }
    }

    /// Makes a block that nobody holds blank, so that its content is never found again.
    public mutating func discard(_ block: BlockIndex) {
        guard holderCounts[Int(block)] == 0, contents[Int(block)] != nil else { return }
        reusable.remove(Int(block))
        forget(block)
        blank.append(block)
    }

    private func holds(_ block: BlockIndex, _ piece: ArraySlice<Int32>) -> Bool {
        let start = Int(block) * blockLength
        return tokens[start..<(start + blockLength)] == piece
    }

    private mutating func forget(_ block: BlockIndex) {
        if let content = contents[Int(block)] { blocksByContent[content.key] = nil }
        contents[Int(block)] = nil
    }
}
