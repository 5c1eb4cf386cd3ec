import Foundation
import Testing

/// A file of many cells, each of whose bytes are nothing before they are delivered.
final class LateFile: Sendable {
    let path: String
    private let bytes: [UInt8]
    private let descriptor: Int32

    init(_ bytes: [UInt8], headerByteCount: Int) throws {
        self.bytes = bytes
        path = FileManager.default.temporaryDirectory.appending(path: "martlet-late-\(UUID().uuidString).gguf").path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0 && ftruncate(descriptor, off_t(bytes.count)) == 0)
        deliver(0..<headerByteCount)
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// Puts bytes where the mapping shows them.
    func deliver(_ range: Range<Int>) {
        let written = bytes.withUnsafeBytes {
            pwrite(descriptor, $0.baseAddress! + range.lowerBound, range.count, off_t(range.lowerBound))
        }
        #expect(written == range.count)
    }
}
