internal import CMartletKernels
internal import MartletCore

/// The codes of some thousand vectors, with what their products need to become scores.
///
/// The score of a vector is what a scan ranks by, the greater the nearer: the cosine, the inner product, or twice the inner
/// product less the vector's squared length. It is `product + offset`, and off by at most what ``ScanQuery`` makes of `error`
/// and `norm`.
// SAFETY: written only by its `ScanIndex` while nobody else refers to it, and only read after that.
final class ScanSegment: @unchecked Sendable {
    /// Vectors in a segment.
    static let slotCount = 2048
    static let groupCount = slotCount / Int(MARTLET_SCAN_LANES)

    let width: Int
    private let memory: UnsafeMutableRawPointer
    /// `[group][quad][lane][4]`, at a 64-byte border.
    let codes: UnsafeMutablePointer<UInt8>
    /// `[slotCount]`: what a product of integers is multiplied with.
    let scales: UnsafeMutablePointer<Float>
    /// `[slotCount]`: what is added to the product.
    let offsets: UnsafeMutablePointer<Float>
    /// `[slotCount]`: length of what the code leaves out, in units of the score.
    let errors: UnsafeMutablePointer<Float>
    /// `[slotCount]`: length of what the code stands for, in units of the score.
    let norms: UnsafeMutablePointer<Float>

    init(width: Int) {
        self.width = width
        let codeBytes = Self.codeBytes(width)
        memory = .allocate(byteCount: codeBytes + 4 * Self.slotCount * 4, alignment: 64)
        codes = memory.bindMemory(to: UInt8.self, capacity: codeBytes)
        let floats = (memory + codeBytes).bindMemory(to: Float.self, capacity: 4 * Self.slotCount)
        floats.initialize(repeating: 0, count: 4 * Self.slotCount)
        codes.initialize(repeating: 128, count: codeBytes)
        scales = floats
        offsets = floats + Self.slotCount
        errors = floats + 2 * Self.slotCount
        norms = floats + 3 * Self.slotCount
    }

    convenience init(copying other: ScanSegment) {
        self.init(width: other.width)
        memory.copyMemory(from: other.memory, byteCount: Self.byteCount(width: width))
    }

    deinit { memory.deallocate() }

    /// Bytes of a segment of vectors of a width.
    static func byteCount(width: Int) -> Int { codeBytes(width) + 4 * slotCount * 4 }

    private static func codeBytes(_ width: Int) -> Int { groupCount * martlet_scan_group_bytes(width) }

    /// Longer than any vector that is taken in: what such a length comes from is damaged.
    private static let longest = Double(RecordRules.maximumMagnitude) * Double(RecordRules.maximumWidth)

    /// Puts a vector, `[width]`, into a slot.
    /// - Throws: ``VectorStoreError`` with `damaged` for a value that no record may have.
    func place(_ vector: UnsafePointer<Float>, at slot: Int, distance: VectorDistance) throws {
        precondition((0..<Self.slotCount).contains(slot))
        let lanes = Int(MARTLET_SCAN_LANES)
        let group = codes + slot / lanes * martlet_scan_group_bytes(width)
        let code = martlet_scan_encode(vector, width, group, slot % lanes)
        guard code.norm <= Self.longest else {
            throw VectorStoreError.damaged("a stored vector holds what is no number or too large")
        }
        let factor: Double =
            switch distance {
            case .cosine: code.norm > 0 ? 1 / code.norm : 0
            case .innerProduct: 1
            case .squaredEuclidean: 2
            }
        scales[slot] = Float(Double(code.scale) * factor)
        offsets[slot] = distance == .squaredEuclidean ? Float(-code.norm * code.norm) : 0
        errors[slot] = Float(code.residual * factor).nextUp
        norms[slot] = Float((code.norm + code.residual) * factor).nextUp
    }
}

/// The codes of a collection's vectors, in segments that copies share until one of them changes.
struct ScanIndex: Sendable {
    let width: Int
    let distance: VectorDistance
    private(set) var segments: [ScanSegment] = []

    init(width: Int, distance: VectorDistance) {
        self.width = width
        self.distance = distance
    }

    /// Bytes of memory.
    var byteCount: Int { segments.count * ScanSegment.byteCount(width: width) }

    /// Puts a vector, `[width]`, into a slot.
    /// - Throws: ``VectorStoreError`` with `damaged` for a value that no record may have.
    mutating func place(_ vector: UnsafePointer<Float>, at slot: Int) throws {
        let index = slot / ScanSegment.slotCount
        while segments.count <= index { segments.append(ScanSegment(width: width)) }
        if !isKnownUniquelyReferenced(&segments[index]) { segments[index] = ScanSegment(copying: segments[index]) }
        try segments[index].place(vector, at: slot % ScanSegment.slotCount, distance: distance)
    }
}
