import Foundation

/// Lines of a file, one after the other, of which no more is in memory than the next ones.
struct LineReader {
    /// Bytes of a line at most.
    static let longestLine = 64 << 20

    /// Bytes of lines that were handed out, their ends included.
    private(set) var consumedByteCount = 0
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// The next line without its end, which may be `\n` or `\r\n`; nil at the end.
    ///
    /// - Throws: What reading throws, or ``TooLong``.
    mutating func next() throws -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                consumedByteCount += end + 1 - start
                return Self.withoutReturn(buffer[start..<end])
            }
            searched = buffer.count
            guard searched - start <= Self.longestLine else { throw TooLong() }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                consumedByteCount += buffer.count - start
                return Self.withoutReturn(buffer[start...])
            }
            searched -= start
            buffer.removeSubrange(..<start)
            start = 0
            guard let data = try handle.read(upToCount: 1 << 16), !data.isEmpty else {
                isAtEnd = true
                continue
            }
            buffer += data
        }
    }

    private static func withoutReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == 0x0D ? line.dropLast() : line
    }

    /// A line that nobody wrote.
    struct TooLong: Error {}
}
