/// Bytes that a metadata value lies in: a mapped file's, or its own.
struct ByteSource: Sendable {
    private enum Storage: Sendable {
        case mapped(MappedFile)
        case owned([UInt8])
    }

    private let storage: Storage
    let range: Range<Int>

    init(_ file: MappedFile, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount)
        storage = .mapped(file)
        self.range = range
    }

    init(_ bytes: [UInt8]) {
        storage = .owned(bytes)
        range = 0..<bytes.count
    }

    private init(_ storage: Storage, _ range: Range<Int>) {
        self.storage = storage
        self.range = range
    }

    /// A part of these bytes; `part` counts from their start.
    func slice(_ part: Range<Int>) -> ByteSource {
        precondition(part.lowerBound >= 0 && part.upperBound <= range.count)
        return ByteSource(storage, range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
    }

    /// Lends the bytes; they don't outlive `body`.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .mapped(let file):
            return try body(UnsafeRawBufferPointer(rebasing: file.bytes[range]))
        case .owned(let bytes):
            let lent: Swift.Result<Result, Failure> = bytes.withUnsafeBytes { buffer in
                do throws(Failure) {
                    return .success(try body(UnsafeRawBufferPointer(rebasing: buffer[range])))
                } catch {
                    return .failure(error)
                }
            }
            return try lent.get()
        }
    }
}
