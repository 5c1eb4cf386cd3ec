internal import FoundationEssentials
internal import MartletCore

/// How vectors are written in the file.
extension VectorPrecision {
    /// The bytes of a vector: its floats, or a scale and a code for each value; all little-endian.
    func encode(_ vector: [Float]) -> Data {
        switch self {
        case .float32: return vector.withUnsafeBytes { Data($0) }
        case .int8:
            let scale = vector.reduce(0) { max($0, abs($1)) } / 127
            var bytes = withUnsafeBytes(of: scale) { Data($0) }
            bytes.append(
                contentsOf: vector.map { value in
                    let code = scale > 0 ? (value / scale).rounded() : 0
                    return UInt8(bitPattern: Int8(min(127, max(-127, code))))
                }
            )
            return bytes
        }
    }

    /// Writes the vector that `bytes` stand for to `vector`, `[width]`.
    /// - Throws: ``VectorStoreError`` with `damaged` for another number of bytes.
    func decode(_ bytes: UnsafeRawBufferPointer, into vector: UnsafeMutableBufferPointer<Float>) throws {
        let byteCount = self == .float32 ? vector.count * 4 : vector.count + 4
        guard bytes.count == byteCount else {
            throw VectorStoreError.damaged("a stored vector has \(bytes.count) bytes instead of \(byteCount)")
        }
        switch self {
        case .float32: UnsafeMutableRawBufferPointer(vector).copyMemory(from: bytes)
        case .int8:
            let scale = bytes.loadUnaligned(as: Float.self)
            for index in vector.indices {
                vector[index] = scale * Float(Int8(bitPattern: bytes[index + 4]))
            }
        }
    }
}
