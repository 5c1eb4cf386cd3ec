import FoundationEssentials
import MartletCore
import MartletPrompt

/// A folder as Hugging Face keeps models: a configuration, weights, a tokenizer, and perhaps modules behind them.
public struct ModelFolder: Sendable {
    /// Where it is.
    public let path: String
    /// `config.json`.
    let configuration: FolderConfiguration
    private static let greatestFile = 64 << 20

    /// Reads a folder's configuration.
    ///
    /// - Throws: ``ConversionError`` for a path that is no folder, or one without a readable `config.json`.
    public init(path: String) throws(ConversionError) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
            throw ConversionError(
                "there is no such folder",
                remedy: "Name the folder that holds the model's config.json",
                file: path
            )
        }
        self.path = path
        guard let value = try Self.json("config.json", in: path, atMost: Self.greatestFile) else {
            throw ConversionError(
                "it has no config.json",
                remedy: "Name the folder that holds the model's config.json, and fetch all of its files",
                file: path
            )
        }
        configuration = FolderConfiguration(value, file: "config.json")
    }

    /// The folder's own name.
    public var name: String {
        let last = path.split(separator: "/").last { $0 != "." && $0 != ".." }
        return last.map { String($0) } ?? "model"
    }

    /// A file's value; nil where there is none.
    func json(_ name: String) throws(ConversionError) -> JSONValue? {
        try Self.json(name, in: path, atMost: Self.greatestFile)
    }

    /// A small file's text; nil where there is none.
    func text(_ name: String) throws(ConversionError) -> String? {
        guard let bytes = try Self.bytes(name, in: path, atMost: 1 << 20) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .damaged(name, "it is not UTF-8 text") }
        return text
    }

    /// The files that say how text becomes tokens.
    func tokenizerFiles() throws(ConversionError) -> TokenizerFiles {
        do {
            return try TokenizerFiles { name in
                try Self.bytes(name, in: path, atMost: TokenizerFiles.greatestByteCount)
            }
        } catch let error as ConversionError {
            throw error
        } catch {
            throw ConversionError(
                "its tokenizer can't be read: \(error)",
                remedy: "Check the files' rights",
                file: path
            )
        }
    }

    /// A file's value; nil where there is none.
    static func json(_ name: String, in folder: String, atMost limit: Int) throws(ConversionError) -> JSONValue? {
        guard let bytes = try bytes(name, in: folder, atMost: limit) else { return nil }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .damaged(name, "it is \(error)")
        }
    }

    private static func bytes(_ name: String, in folder: String, atMost limit: Int) throws(ConversionError) -> [UInt8]?
    {
        let path = "\(folder)/\(name)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        guard size <= limit else { throw .damaged(name, "it has \(size) bytes, more than \(limit)") }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw ConversionError("it can't be read", remedy: "Check that this user may read it", file: name)
        }
        return Array(data)
    }
}

/// A configuration's numbers and words, each checked when it is asked for.
struct FolderConfiguration: Sendable {
    let value: JSONValue
    let file: String

    init(_ value: JSONValue, file: String) {
        self.value = value
        self.file = file
    }

    /// The value under a name; nil where it is missing or null.
    subscript(_ name: String) -> JSONValue? {
        guard let found = value[name], found != .null else { return nil }
        return found
    }

    /// A whole number, or nil where it is missing.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(ConversionError) -> Int? {
        guard let found = self[name] else { return nil }
        guard let number = found.integer, range.contains(Int(clamping: number)) else {
            throw .damaged(file, "\(name) is no whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return Int(number)
    }

    /// A whole number that has to be there.
    func required(_ name: String, in range: ClosedRange<Int> = 1...(1 << 24)) throws(ConversionError) -> Int {
        guard let number = try integer(name, in: range) else { throw .damaged(file, "\(name) is missing") }
        return number
    }

    /// A finite number, or nil where it is missing.
    func float(_ name: String) throws(ConversionError) -> Float? {
        guard let found = self[name] else { return nil }
        guard let number = found.number, number.isFinite else { throw .damaged(file, "\(name) is no number") }
        return Float(number)
    }

    /// A word, or nil where it is missing or none.
    func word(_ name: String) -> String? { self[name]?.string }

    /// Yes or no, or nil where it is missing or neither.
    func flag(_ name: String) -> Bool? { self[name]?.bool }

    /// What lies under a name, as a configuration of its own.
    func inner(_ name: String) -> FolderConfiguration? {
        self[name].flatMap { $0.object == nil ? nil : FolderConfiguration($0, file: file) }
    }
}
