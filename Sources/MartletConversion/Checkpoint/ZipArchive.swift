import MartletWeights

/// The uncompressed members of a zip file, as PyTorch writes them.
///
/// - SeeAlso: PKWARE, APPNOTE.TXT, 4.3 and 4.5.3 (zip64)
struct ZipArchive {
    /// Where each member's bytes lie.
    let members: [String: Range<Int>]

    private static let greatestMemberCount = 1 << 20

    /// Whether a file begins as zip files do.
    static func begins(_ file: MappedFile) -> Bool {
        file.byteCount >= 4 && file.bytes[0] == 0x50 && file.bytes[1] == 0x4B && file.bytes[2] == 3
            && file.bytes[3] == 4
    }

    /// Reads the directory at the file's end.
    init(_ file: MappedFile, name: String) throws(ConversionError) {
        let reader = Reader(file: file, name: name)
        let (count, start) = try reader.directory()
        var members: [String: Range<Int>] = [:]
        var offset = start
        for _ in 0..<count {
            let (member, range, next) = try reader.member(at: offset)
            guard members.updateValue(range, forKey: member) == nil else {
                throw .damaged(name, "the member \(shown(member)) comes twice")
            }
            offset = next
        }
        self.members = members
    }

    /// Reads little-endian numbers anywhere in the file, each checked against its end.
    private struct Reader {
        let file: MappedFile
        let name: String

        func number<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) throws(ConversionError) -> Int {
            guard offset >= 0, offset <= file.byteCount - MemoryLayout<Value>.size else {
                throw .damaged(name, "its directory points outside the file")
            }
            let value = Value(littleEndian: (file.base + offset).loadUnaligned(as: Value.self))
            guard let number = Int(exactly: value) else {
                throw .damaged(name, "a number in its directory is too large")
            }
            return number
        }

        /// How many members there are and where the directory begins.
        func directory() throws(ConversionError) -> (count: Int, start: Int) {
            // The record is 22 bytes and a comment of at most 65535.
            var end = file.byteCount - 22
            let lowest = max(0, end - 65_535)
            while end >= lowest, try number(end, UInt32.self) != 0x0605_4B50 { end -= 1 }
            guard end >= lowest, end >= 0 else { throw .damaged(name, "it has no directory: it was cut off") }
            var count = try number(end + 10, UInt16.self)
            var start = try number(end + 16, UInt32.self)
            if end >= 20, try number(end - 20, UInt32.self) == 0x0706_4B50 {
                let record = try number(end - 12, UInt64.self)
                guard try number(record, UInt32.self) == 0x0606_4B50 else {
                    throw .damaged(name, "its directory is not where it says")
                }
                count = try number(record + 32, UInt64.self)
                start = try number(record + 48, UInt64.self)
            }
            guard count <= min(ZipArchive.greatestMemberCount, file.byteCount / 46) else {
                throw .damaged(name, "it announces \(count) members")
            }
            return (count, start)
        }

        /// A member's name and bytes, and where the next one's record begins.
        func member(at offset: Int) throws(ConversionError) -> (name: String, bytes: Range<Int>, next: Int) {
            guard try number(offset, UInt32.self) == 0x0201_4B50 else {
                throw .damaged(name, "its directory is damaged")
            }
            let method = try number(offset + 10, UInt16.self)
            var packed = try number(offset + 20, UInt32.self)
            var size = try number(offset + 24, UInt32.self)
            let nameLength = try number(offset + 28, UInt16.self)
            let extraLength = try number(offset + 30, UInt16.self)
            let commentLength = try number(offset + 32, UInt16.self)
            var header = try number(offset + 42, UInt32.self)
            let next = offset + 46 + nameLength + extraLength + commentLength
            guard next <= file.byteCount else { throw .damaged(name, "its directory points outside the file") }
            let member = String(decoding: file.bytes[offset + 46..<offset + 46 + nameLength], as: UTF8.self)
            var extra = offset + 46 + nameLength
            let extraEnd = extra + extraLength
            while extra + 4 <= extraEnd {
                let (kind, length) = (try number(extra, UInt16.self), try number(extra + 2, UInt16.self))
                if kind == 1 {
                    var at = extra + 4
                    func wide(_ value: inout Int) throws(ConversionError) {
                        guard value == 0xFFFF_FFFF else { return }
                        guard at + 8 <= extra + 4 + length else { throw .damaged(name, "its directory is damaged") }
                        value = try number(at, UInt64.self)
                        at += 8
                    }
                    try wide(&size)
                    try wide(&packed)
                    try wide(&header)
                }
                extra += 4 + length
            }
            guard method == 0, packed == size else {
                throw ConversionError(
                    "the member \(shown(member)) is compressed, which PyTorch never does",
                    remedy: "Save the model again with torch.save",
                    file: name
                )
            }
            guard try number(header, UInt32.self) == 0x0403_4B50 else {
                throw .damaged(name, "the member \(shown(member)) is not where the directory says")
            }
            let start = header + 30 + (try number(header + 26, UInt16.self)) + (try number(header + 28, UInt16.self))
            guard start >= 0, size >= 0, start <= file.byteCount, size <= file.byteCount - start else {
                throw .damaged(name, "the member \(shown(member)) reaches beyond the file's end")
            }
            return (member, start..<start + size, next)
        }
    }
}
