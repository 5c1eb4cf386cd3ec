#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that only its owner may read.
enum PrivateFile {
    /// Makes the folders (mode 0700) and the file (mode 0600) where they are missing, before SQLite could make them wider.
    static func prepare(at path: String) throws(StoreError) {
        try makeFolders(above: path)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let code: StoreError.Code = errno == ENOSPC ? .full : .notAccessible
            throw StoreError(code: code, path: path, underlying: "open: errno \(errno)")
        }
        guard close(descriptor) == 0 else {
            throw StoreError(code: .inputOutput, path: path, underlying: "close: errno \(errno)")
        }
    }

    private static func makeFolders(above path: String) throws(StoreError) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            if mkdir(String(path[..<slash]), 0o700) != 0, errno != EEXIST {
                let code: StoreError.Code = errno == ENOSPC ? .full : .notAccessible
                throw StoreError(code: code, path: path, underlying: "mkdir \(path[..<slash]): errno \(errno)")
            }
        }
    }
}
