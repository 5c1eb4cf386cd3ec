import FoundationEssentials
import MartletAWS
import MartletConversation

/// A text or bytes too large for an item, kept in items of its own beside it.
struct Parcel: Sendable, Hashable {
    /// What tells its items from those of other parcels.
    var tag: String
    /// How many items it has.
    var count: Int
}

extension DynamoDBConversationStore {
    /// What is larger is kept in items of its own: an item holds 400 KB, of which several such may be in one.
    static let parcelLimit = 96 << 10
    /// The size of a parcel's items.
    private static let parcelItemSize = 320 << 10

    /// The value to keep for bytes; where they are large, the items that hold them are written first, and are found by the value.
    ///
    /// A process that dies in between leaves items that nothing names: they go with their partition, or when they expire.
    /// - Parameters:
    ///   - stem: What the items' keys begin with after `x#`.
    ///   - isLasting: Whether nothing but a deletion ends them; else they expire some time after the memory of updates.
    func pack(
        _ bytes: some Collection<UInt8>,
        in partition: String,
        stem: String,
        isLasting: Bool
    ) async throws -> DynamoDBValue {
        guard bytes.count > Self.parcelLimit else { return .bytes(Array(bytes)) }
        var parcel = Parcel(tag: "\(stem)#\(UUID().uuidString)", count: 0)
        var rest = bytes[...]
        var writes: [DynamoDBWrite] = []
        let expiry: DynamoDBValue? =
            isLasting ? nil : .double((now().timeIntervalSince1970 + 2 * Self.memory).rounded())
        while !rest.isEmpty {
            let piece = rest.prefix(Self.parcelItemSize)
            rest = rest.dropFirst(Self.parcelItemSize)
            let key = Self.key(of: parcel, parcel.count, in: partition)
            writes.append(.put(DynamoDBItem(key, [Name.content: .bytes(Array(piece)), Name.expires: expiry])))
            parcel.count += 1
        }
        for write in writes { try await table.batch([write]) }
        return parcel.value
    }

    /// The bytes that a value stands for; nil where there is none, or a piece of it is missing.
    func unpack(_ value: DynamoDBValue?, in partition: String) async throws -> [UInt8]? {
        guard let value else { return nil }
        if let bytes = value.bytes { return bytes }
        guard let parcel = Parcel(value) else { return nil }
        var bytes: [UInt8] = []
        for index in 0..<parcel.count {
            let item = try await item(Self.key(of: parcel, index, in: partition))
            guard let piece = item?[Name.content]?.bytes else { return nil }
            bytes += piece
        }
        return bytes
    }

    /// The items of the parcel that a value stands for.
    static func parcelKeys(_ value: DynamoDBValue?, in partition: String) -> [DynamoDBKey] {
        guard let parcel = value.flatMap(Parcel.init) else { return [] }
        return (0..<parcel.count).map { key(of: parcel, $0, in: partition) }
    }

    private static func key(of parcel: Parcel, _ index: Int, in partition: String) -> DynamoDBKey {
        DynamoDBKey(partition, "x#\(parcel.tag)#\(index)")
    }
}

extension Parcel {
    /// Reads what stands in an item.
    init?(_ value: DynamoDBValue) {
        guard let map = value.map, let tag = map["tag"]?.string, let count = map["count"]?.integer,
            (0...100_000).contains(count)
        else { return nil }
        self.init(tag: tag, count: Int(count))
    }

    /// What stands in an item.
    var value: DynamoDBValue { .map(["tag": .string(tag), "count": .integer(count)]) }
}
