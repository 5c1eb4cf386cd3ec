import Crypto
import FoundationEssentials
import MartletCore

/// A collection as Chroma's clients see it. What the store has no place for is kept in its metadata, under `chroma:…`.
extension VectorCollection {
    private static let idKey = "chroma:id"
    private static let configurationKey = "chroma:configuration"
    /// How names of metadata begin that clients neither see nor give.
    static let reservedPrefix = "chroma:"

    /// The identifier: the one that it was given when a client made it, or one that follows from its name.
    var chromaID: UUID {
        if let text = metadata[Self.idKey]?.string, let id = UUID(uuidString: text) { return id }
        var bytes = Array(SHA256.hash(data: Array(name.utf8)).prefix(16))
        // Version 8, variant 1 (RFC 9562): made in a way of one's own.
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// What clients have noted of the collection.
    var chromaMetadata: JSONObject {
        JSONObject(metadata.filter { !$0.name.hasPrefix(Self.reservedPrefix) }.map { ($0.name, $0.value) })
    }

    /// How clients want it to be searched; see ``ChromaConfiguration``.
    var chromaConfiguration: ChromaConfiguration {
        ChromaConfiguration(noted: metadata[Self.configurationKey]?.object ?? [:])
    }

    /// The metadata with what clients don't see.
    static func noting(
        _ metadata: JSONObject,
        id: UUID,
        configuration: ChromaConfiguration
    ) -> JSONObject {
        var metadata = metadata
        metadata[idKey] = .string(id.uuidString.lowercased())
        metadata[configurationKey] = .object(configuration.noted)
        return metadata
    }

    /// The model that clients get.
    var chromaModel: JSONValue {
        let metadata = chromaMetadata
        return [
            "id": .string(chromaID.uuidString.lowercased()),
            "name": .string(name),
            "configuration_json": chromaConfiguration.json(distance),
            "schema": .null,
            "metadata": metadata.isEmpty ? .null : .object(metadata),
            "dimension": width.map { .integer(Int64($0)) } ?? .null,
            "tenant": .string(ChromaEndpoint.tenant),
            "database": .string(ChromaEndpoint.database),
            "log_position": 0,
            "version": 0,
        ]
    }

    /// Whether a client may give a collection this name: 3 to 512 of `a-zA-Z0-9._-`, with a letter or digit at both ends.
    static func isChromaName(_ name: String) -> Bool {
        let isInner = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        let isOuter = { (byte: UInt8?) in byte.map { isInner($0) && !".-_".utf8.contains($0) } ?? false }
        let bytes = name.utf8
        return (3...512).contains(bytes.count) && bytes.allSatisfy(isInner) && isOuter(bytes.first)
            && isOuter(bytes.last)
    }
}
