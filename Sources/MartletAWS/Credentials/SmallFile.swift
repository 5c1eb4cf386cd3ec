import FoundationEssentials

/// Files of keys and tokens.
enum SmallFile {
    /// A file's text, or nil where it cannot be read or is larger than it can be.
    static func text(_ path: String, limit: Int) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let isRegular = attributes?[.type] as? FileAttributeType == .typeRegular
        let isLink = attributes?[.type] as? FileAttributeType == .typeSymbolicLink
        // Platforms mount tokens as links.
        guard isRegular || isLink, let data = try? Data(contentsOf: URL(filePath: path)), data.count <= limit else {
            return nil
        }
        return String(decoding: data, as: UTF8.self)
    }
}
