import MartletCore

/// What an item must be like; rendered with placeholders, so that no name is taken for a reserved word.
public indirect enum DynamoDBCondition: Sendable, Hashable {
    /// It has the attribute; for the key's: it exists.
    case exists(String)
    /// It has no such attribute; for the key's: there is no such item.
    case missing(String)
    /// The attribute is there and compares so.
    case compares(String, Comparison, DynamoDBValue)
    /// All of these; at least one.
    case all([DynamoDBCondition])
    /// Any of these; at least one.
    case any([DynamoDBCondition])

    /// How two values compare.
    public enum Comparison: String, Sendable, Hashable {
        /// They are equal.
        case equal = "="
        /// They differ.
        case unequal = "<>"
        /// The attribute is less.
        case less = "<"
        /// The attribute is not greater.
        case atMost = "<="
        /// The attribute is greater.
        case greater = ">"
        /// The attribute is not less.
        case atLeast = ">="
    }

    /// There is such an item.
    public static var isThere: DynamoDBCondition { .exists(DynamoDBKey.partitionName) }
    /// There is no such item.
    public static var isAbsent: DynamoDBCondition { .missing(DynamoDBKey.partitionName) }

    /// The attribute has the value, or is missing where there is none.
    public static func equals(_ name: String, _ value: DynamoDBValue?) -> DynamoDBCondition {
        value.map { .compares(name, .equal, $0) } ?? .missing(name)
    }

    /// The expression; DynamoDB refuses parentheses that change nothing.
    /// - Parameter isPart: Whether it stands between AND or OR.
    func rendered(_ placeholders: inout DynamoDBPlaceholders, isPart: Bool = false) -> String {
        switch self {
        case .exists(let name): "attribute_exists(\(placeholders.name(name)))"
        case .missing(let name): "attribute_not_exists(\(placeholders.name(name)))"
        case .compares(let name, let comparison, let value):
            "\(placeholders.name(name)) \(comparison.rawValue) \(placeholders.value(value))"
        case .all(let parts): Self.joined(parts, " AND ", &placeholders, isPart: isPart)
        case .any(let parts): Self.joined(parts, " OR ", &placeholders, isPart: isPart)
        }
    }

    private static func joined(
        _ parts: [DynamoDBCondition],
        _ word: String,
        _ placeholders: inout DynamoDBPlaceholders,
        isPart: Bool
    ) -> String {
        precondition(!parts.isEmpty, "a condition of nothing cannot be written")
        guard parts.count > 1 else { return parts[0].rendered(&placeholders, isPart: isPart) }
        let text = parts.map { $0.rendered(&placeholders, isPart: true) }.joined(separator: word)
        return isPart ? "(\(text))" : text
    }
}

/// What becomes of an item's attributes.
public struct DynamoDBUpdate: Sendable, Hashable {
    private var changes: [String: Change] = [:]

    private enum Change: Sendable, Hashable {
        case set(DynamoDBValue)
        case setIfMissing(DynamoDBValue)
        case copied(from: String, otherwise: DynamoDBValue)
        case removed
        case added(DynamoDBValue)
        case taken(DynamoDBValue)
    }

    /// An update that changes nothing: it makes the item where it is missing.
    public init() {}

    /// Gives an attribute a value.
    public mutating func set(_ name: String, _ value: DynamoDBValue) { changes[name] = .set(value) }
    /// Gives an attribute a value, and takes it away where there is none.
    public mutating func set(_ name: String, orRemove value: DynamoDBValue?) {
        changes[name] = value.map { .set($0) } ?? .removed
    }
    /// Gives an attribute a value unless it has one.
    public mutating func set(_ name: String, ifMissing value: DynamoDBValue) { changes[name] = .setIfMissing(value) }
    /// Gives an attribute another one's value, or `otherwise` where that is missing.
    public mutating func set(_ name: String, from other: String, otherwise: DynamoDBValue) {
        changes[name] = .copied(from: other, otherwise: otherwise)
    }
    /// Takes attributes away.
    public mutating func remove(_ names: String...) {
        for name in names { changes[name] = .removed }
    }
    /// Adds a number to a number, or elements to a set; what is missing counts as nothing.
    public mutating func add(_ name: String, _ value: DynamoDBValue) { changes[name] = .added(value) }
    /// Takes elements out of a set.
    public mutating func take(_ name: String, _ value: DynamoDBValue) { changes[name] = .taken(value) }

    /// The expression; nil where nothing changes.
    func rendered(_ placeholders: inout DynamoDBPlaceholders) -> String? {
        var (sets, removals, additions, deletions): ([String], [String], [String], [String]) = ([], [], [], [])
        for (name, change) in changes.sorted(by: { $0.key < $1.key }) {
            let shown = placeholders.name(name)
            switch change {
            case .set(let value): sets.append("\(shown) = \(placeholders.value(value))")
            case .setIfMissing(let value):
                sets.append("\(shown) = if_not_exists(\(shown), \(placeholders.value(value)))")
            case .copied(let other, let value):
                sets.append("\(shown) = if_not_exists(\(placeholders.name(other)), \(placeholders.value(value)))")
            case .removed: removals.append(shown)
            case .added(let value): additions.append("\(shown) \(placeholders.value(value))")
            case .taken(let value): deletions.append("\(shown) \(placeholders.value(value))")
            }
        }
        let clauses = [("SET", sets), ("REMOVE", removals), ("ADD", additions), ("DELETE", deletions)]
            .filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
        return clauses.isEmpty ? nil : clauses.joined(separator: " ")
    }
}

/// The names and values that expressions speak of.
struct DynamoDBPlaceholders {
    private var names: [String] = []
    private var values: [DynamoDBValue] = []

    mutating func name(_ name: String) -> String {
        if let index = names.firstIndex(of: name) { return "#n\(index)" }
        names.append(name)
        return "#n\(names.count - 1)"
    }

    mutating func value(_ value: DynamoDBValue) -> String {
        values.append(value)
        return ":v\(values.count - 1)"
    }

    /// Adds them to a request; empty ones are refused by DynamoDB.
    func apply(to request: inout JSONObject) {
        if !names.isEmpty {
            request["ExpressionAttributeNames"] = .object(
                JSONObject(names.enumerated().map { ("#n\($0.offset)", .string($0.element)) })
            )
        }
        if !values.isEmpty {
            request["ExpressionAttributeValues"] = .object(
                JSONObject(values.enumerated().map { (":v\($0.offset)", $0.element.json) })
            )
        }
    }
}
