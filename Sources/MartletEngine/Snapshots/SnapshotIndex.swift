/// Which blocks of which prompts lie in which segments; the segments of one model only.
///
/// A block is found by the name of the beginning that it ends, so that the segments form a trie without any pointers: a
/// chat that leaves another's path in the middle of a segment simply has its own segment after the last common block.
struct SnapshotIndex {
    /// A block of a segment.
    struct Place: Hashable, Sendable {
        var segment: SegmentName
        var block: Int
    }

    private struct Segment {
        var parent: SnapshotDigest
        var names: [SnapshotDigest]
        var isShared: Bool
    }

    private struct Places {
        var first: Place
        /// Further segments with the same block; nearly always none.
        var others: [Place] = []
    }

    /// Blocks that are remembered at most: some 30 MiB of memory.
    static let maximumBlockCount = 1 << 18

    private var segments: [SegmentName: Segment] = [:]
    private var places: [SnapshotDigest: Places] = [:]

    /// Names of all segments.
    var names: some Swift.Sequence<SegmentName> { segments.keys }

    /// Whether the segment is known.
    func contains(_ name: SegmentName) -> Bool { segments[name] != nil }

    /// Adds a segment, replacing one of that name.
    ///
    /// - Returns: false when the index is full.
    @discardableResult
    mutating func insert(_ header: SegmentHeader) -> Bool {
        let name = SegmentName(header)
        remove(name)
        guard places.count + header.blockCount <= Self.maximumBlockCount else { return false }
        let names = header.names
        segments[name] = Segment(parent: header.parent, names: names, isShared: header.owner == nil)
        for (block, digest) in names.enumerated() {
            let place = Place(segment: name, block: block)
            if places[digest]?.others.append(place) == nil { places[digest] = Places(first: place) }
        }
        return true
    }

    /// Takes a segment out.
    mutating func remove(_ name: SegmentName) {
        guard let segment = segments.removeValue(forKey: name) else { return }
        for digest in segment.names {
            guard var found = places[digest] else { continue }
            found.others.removeAll { $0.segment == name }
            if found.first.segment == name {
                guard let next = found.others.popLast() else {
                    places[digest] = nil
                    continue
                }
                found.first = next
            }
            places[digest] = found
        }
    }

    /// Where the last block of a beginning lies.
    ///
    /// - Parameters:
    ///   - digest: The beginning's name.
    ///   - neighbour: A segment to prefer, as it is open already.
    ///   - sharedOnly: Whether segments that belong to somebody don't count.
    func place(
        of digest: SnapshotDigest,
        preferring neighbour: SegmentName? = nil,
        sharedOnly: Bool = false
    ) -> Place? {
        guard let found = places[digest] else { return nil }
        if found.others.isEmpty { return isUsable(found.first, sharedOnly) ? found.first : nil }
        let all = ([found.first] + found.others).filter { isUsable($0, sharedOnly) }
        return all.first { $0.segment == neighbour } ?? all.first
    }

    private func isUsable(_ place: Place, _ sharedOnly: Bool) -> Bool {
        !sharedOnly || segments[place.segment]?.isShared == true
    }

    /// The segments that lead to a beginning, the last of them first.
    func path(to digest: SnapshotDigest) -> [SegmentName] {
        var path: [SegmentName] = []
        var digest = digest
        while let place = place(of: digest), let segment = segments[place.segment], path.count < 4096 {
            path.append(place.segment)
            digest = segment.parent
        }
        return path
    }
}
