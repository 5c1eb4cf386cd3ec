#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that only its owner may read.
public enum PrivateFile {
    /// What the system refused.
    public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// Where.
        public var path: String
        /// The system's number for why (`errno`).
        public var number: Int32

        /// Whether the disk, or what its user may use of it, is full.
        public var isForLackOfRoom: Bool { number == ENOSPC || number == EDQUOT }

        /// The system's words.
        public var reason: String { String(cString: strerror(number)) }

        /// The place and the system's words.
        public var description: String { "\(path): \(reason)" }
    }

    /// Makes the folders (mode 0700) and the file (mode 0600) where they are missing, before a library could make them wider.
    /// - Throws: ``Refusal``; what was made by then stays.
    public static func prepare(at path: String) throws(Refusal) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            let folder = String(path[..<slash])
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Refusal(path: folder, number: errno) }
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Refusal(path: path, number: errno) }
        guard close(descriptor) == 0 else { throw Refusal(path: path, number: errno) }
    }
}
