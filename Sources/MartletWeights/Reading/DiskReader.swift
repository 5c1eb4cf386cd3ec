/// Brings parts of a mapped file into memory; one for each thread that reads.
struct DiskReader {
    let file: MappedFile
    let mode: ReadingMode

    /// Reads a part.
    ///
    /// - Returns: Whether any of it wasn't in memory, as far as that can be told.
    /// - Throws: `truncated` when the file has become shorter, `unreadable` when the disk fails.
    func read(_ range: Range<Int>) throws(GGUFError) -> Bool {
        let isNew = file.isResident(range) != true
        if isNew || mode == .eager { try file.populate(range) }
        return isNew
    }
}
