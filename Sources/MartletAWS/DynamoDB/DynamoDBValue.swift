import FoundationEssentials
public import MartletCore

/// The value of an attribute.
public enum DynamoDBValue: Sendable, Hashable {
    /// A text.
    case string(String)
    /// A number in decimal, up to 38 digits.
    case number(String)
    /// Bytes.
    case bytes([UInt8])
    /// A truth value.
    case bool(Bool)
    /// Known to be nothing.
    case null
    /// Values in order.
    case list([DynamoDBValue])
    /// Values by name.
    case map([String: DynamoDBValue])
    /// A set of numbers; DynamoDB has no empty ones.
    case numbers(Set<String>)

    /// A whole number.
    public static func integer(_ value: some BinaryInteger) -> DynamoDBValue { .number("\(value)") }

    /// A finite number within DynamoDB's range, which gives back the same number when read; the nearest such for others.
    public static func double(_ value: Double) -> DynamoDBValue {
        let bound = 1e100
        guard value.isFinite else { return double(value == .infinity ? bound : value == -.infinity ? -bound : 0) }
        // Smaller ones than DynamoDB keeps are nothing to anybody here.
        return .number(abs(value) < 1e-100 ? "0" : "\(value)")
    }

    /// The text of a string.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number.
    public var integer: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    /// The number.
    public var double: Double? {
        if case .number(let text) = self { Double(text) } else { nil }
    }

    /// The bytes.
    public var bytes: [UInt8]? {
        if case .bytes(let bytes) = self { bytes } else { nil }
    }

    /// The truth value.
    public var bool: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The values of a list.
    public var list: [DynamoDBValue]? {
        if case .list(let values) = self { values } else { nil }
    }

    /// The members of a map.
    public var map: [String: DynamoDBValue]? {
        if case .map(let members) = self { members } else { nil }
    }
}

extension DynamoDBValue {
    /// The value as DynamoDB's protocol writes it, such as `{"N":"1"}`.
    public var json: JSONValue {
        switch self {
        case .string(let text): ["S": .string(text)]
        case .number(let text): ["N": .string(text)]
        case .bytes(let bytes): ["B": .string(Data(bytes).base64EncodedString())]
        case .bool(let flag): ["BOOL": .bool(flag)]
        case .null: ["NULL": true]
        case .list(let values): ["L": .array(values.map(\.json))]
        case .map(let members): ["M": Self.json(members)]
        case .numbers(let numbers): ["NS": .array(numbers.sorted().map { .string($0) })]
        }
    }

    /// Reads a value as DynamoDB's protocol writes it; nil for a kind that is not used here.
    public init?(json: JSONValue) {
        guard let object = json.object, object.count == 1, let (name, value) = object.first else { return nil }
        switch (name, value) {
        case ("S", .string(let text)): self = .string(text)
        case ("N", .string(let text)): self = .number(text)
        case ("B", .string(let text)):
            guard let data = Data(base64Encoded: text) else { return nil }
            self = .bytes(Array(data))
        case ("BOOL", .bool(let flag)): self = .bool(flag)
        case ("NULL", _): self = .null
        case ("L", .array(let values)): self = .list(values.compactMap(DynamoDBValue.init(json:)))
        case ("M", .object(let members)): self = .map(DynamoDBValue.members(members))
        case ("NS", .array(let values)): self = .numbers(Set(values.compactMap(\.string)))
        default: return nil
        }
    }

    /// An item as the protocol writes it, in the order of the names.
    static func json(_ members: [String: DynamoDBValue]) -> JSONValue {
        .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }))
    }

    /// An item from what the protocol wrote.
    static func members(_ object: JSONObject) -> [String: DynamoDBValue] {
        Dictionary(
            object.compactMap { name, value in DynamoDBValue(json: value).map { (name, $0) } },
            uniquingKeysWith: { $1 }
        )
    }
}

/// The attributes of an item, by name.
public typealias DynamoDBItem = [String: DynamoDBValue]

/// What an item is found by, in a table with partitions and an order in each.
public struct DynamoDBKey: Sendable, Hashable {
    /// Which partition.
    public var partition: String
    /// Where in it.
    public var sort: String

    /// The attribute that names an item's partition.
    public static let partitionName = "pk"
    /// The attribute that orders a partition.
    public static let sortName = "sk"

    /// Makes a key; DynamoDB takes up to 2048 and 1024 bytes, and nothing empty.
    public init(_ partition: String, _ sort: String) {
        self.partition = partition
        self.sort = sort
    }

    /// The key of an item; nil where it has none.
    public init?(of item: DynamoDBItem) {
        guard let partition = item[Self.partitionName]?.string, let sort = item[Self.sortName]?.string else {
            return nil
        }
        self.init(partition, sort)
    }

    /// The key as attributes.
    public var attributes: DynamoDBItem {
        [Self.partitionName: .string(partition), Self.sortName: .string(sort)]
    }
}
