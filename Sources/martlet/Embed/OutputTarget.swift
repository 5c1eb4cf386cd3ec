import Foundation

/// Standard output, or a file that appears under its name only when it is complete.
final class OutputTarget {
    private let handle: FileHandle
    private let file: (path: String, temporaryPath: String)?
    private var isFinished = false

    /// Standard output.
    init() {
        handle = .standardOutput
        file = nil
    }

    /// A file.
    ///
    /// - Throws: ``CommandError`` for one that is there and may not be replaced, or a place where nothing can be written.
    init(path: String, replacing: Bool) throws {
        var isFolder = ObjCBool(false)
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard !isFolder.boolValue else { throw CommandError("\(path) is a folder. Name a file.") }
        guard !exists || replacing else { throw CommandError("\(path) exists. Add --force to replace it.") }
        let temporaryPath = "\(path).partial-\(ProcessInfo.processInfo.processIdentifier)"
        guard FileManager.default.createFile(atPath: temporaryPath, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporaryPath)
        else { throw CommandError("\(path) can't be written. Check that its folder exists and may be written to.") }
        self.handle = handle
        file = (path, temporaryPath)
    }

    deinit {
        if let file, !isFinished { try? FileManager.default.removeItem(atPath: file.temporaryPath) }
    }

    func write(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        do {
            try handle.write(contentsOf: bytes)
        } catch {
            throw CommandError(
                "\(file?.path ?? "Standard output") can't be written: the disk is full or the reader gone."
            )
        }
    }

    /// Replaces the first bytes of a file.
    func overwriteStart(with bytes: [UInt8]) throws {
        try handle.seek(toOffset: 0)
        try write(bytes)
    }

    /// Puts the file under its name.
    func finish() throws {
        guard let file, !isFinished else { return }
        try handle.close()
        guard rename(file.temporaryPath, file.path) == 0 else {
            throw CommandError("\(file.path) can't be written (error \(errno)).")
        }
        isFinished = true
    }
}
