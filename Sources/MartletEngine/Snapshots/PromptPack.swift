internal import MartletCore
internal import MartletWeights

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Prompts that were computed ahead and lie beside their model's file, with what tells that they are this model's.
///
/// A directory with the model file's name and `.pack` holds them as segments, as any directory of snapshots does, and
/// `pack.json`, which says how long the model file is and what its digest was. A process that starts believes that, so
/// that it can begin before it has read the whole file, and has found out the digest itself before it says anything.
public struct PromptPack: Sendable {
    /// The directory.
    public let directory: String
    /// Tokens of each prompt.
    public let promptTokenCounts: [Int]
    /// Whose files are believed: root's, and those of the model file's owner.
    let owners: Set<uid_t>
    /// The fingerprint that the model has with a cache of the given form, if it is the one that was packed.
    let fingerprint: @Sendable (_ cacheIdentity: String) -> [UInt8]

    private static let version: Int64 = 1
    private static let manifestName = "pack.json"
    private static let manifestByteCount = 1 << 20

    /// Where the prompts of a model lie, if there are any.
    public static func directory(ofModelAt path: String) -> String { path + ".pack" }

    /// What lies beside a model's file; nil when nothing does, or when there is no such file.
    ///
    /// - Throws: ``EngineError/Code/invalidOption`` for a pack that can't be read or belongs to another file.
    init?(ofModelAt path: String) throws(EngineError) {
        directory = Self.directory(ofModelAt: path)
        var information = stat()
        guard access(directory, F_OK) == 0, stat(path, &information) == 0 else { return nil }
        owners = [0, information.st_uid]
        guard let bytes = Self.read(directory + "/" + Self.manifestName), let manifest = try? JSONValue(parsing: bytes)
        else { throw Self.fault("\(Self.manifestName) is missing or can't be read") }
        guard manifest["version"]?.integer == Self.version, let model = manifest["model"],
            let digest = model["digest"]?.string.flatMap({ SnapshotDigest(hexadecimal: $0) })
        else { throw Self.fault("\(Self.manifestName) is another version's, or damaged") }
        guard model["bytes"]?.integer == Int64(information.st_size) else {
            throw Self.fault("the model file has another length than the one that they were computed with")
        }
        fingerprint = { ModelFingerprint.bytes(of: digest, cacheIdentity: $0) }
        promptTokenCounts = (manifest["prompts"]?.array ?? []).compactMap {
            $0["tokens"]?.integer.map { Int(clamping: $0) }
        }
    }

    /// A pack that claims to be of a model with that fingerprint.
    package init(directory: String, fingerprint: @escaping @Sendable (_ cacheIdentity: String) -> [UInt8]) {
        self.directory = directory
        self.fingerprint = fingerprint
        promptTokenCounts = []
        owners = []
    }

    /// Writes down whose the prompts in a directory are.
    ///
    /// - Parameters:
    ///   - directory: Where they lie.
    ///   - path: The model's file.
    ///   - promptTokenCounts: Tokens of each prompt.
    /// - Throws: ``EngineError``, or a fault of the model's file.
    /// - Complexity: Reads the whole model file.
    public static func seal(directory: String, ofModelAt path: String, promptTokenCounts: [Int]) throws {
        let file = try GGUFFile.open(path: path)
        guard let digest = FileDigest().digest(of: file.bytes, isWanted: { true }) else { return }
        let manifest: JSONValue = [
            "version": .integer(version),
            "model": ["bytes": .integer(Int64(file.byteCount)), "digest": .string(digest.hexadecimal())],
            "prompts": .array(promptTokenCounts.map { ["tokens": .integer(Int64($0))] }),
        ]
        let name = directory + "/" + manifestName
        let opened = fopen(name, "wxe")
        guard let opened else { throw fault("\(name) can't be written: \(String(cString: strerror(errno)))") }
        let bytes = manifest.serialized + [UInt8(ascii: "\n")]
        let isWritten = fwrite(bytes, 1, bytes.count, opened) == bytes.count
        guard fclose(opened) == 0, isWritten else { throw fault("\(name) can't be written") }
    }

    /// A small file's bytes; nil when it can't be read or isn't small.
    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: manifestByteCount) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        return bytes.count < manifestByteCount ? bytes : nil
    }

    private static func fault(_ detail: String) -> EngineError {
        EngineError(.invalidOption, detail, remedy: "Pack the model again")
    }
}
