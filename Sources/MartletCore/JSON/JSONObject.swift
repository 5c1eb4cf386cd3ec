internal import OrderedCollections

/// The members of a JSON object in their order, which schemas and tool descriptions that a model reads need.
///
/// Two objects with the same members in another order are equal.
public struct JSONObject: Sendable, Hashable {
    private var members: OrderedDictionary<String, JSONValue>

    /// Makes an object without members.
    public init() {
        members = [:]
    }

    /// Makes an object of members in order; of equal names the last value counts, in the first one's place.
    public init(_ members: some Swift.Sequence<(String, JSONValue)>) {
        self.members = OrderedDictionary(members) { $1 }
    }

    /// The value of a name; a new name comes last, nil takes the member away.
    ///
    /// - Complexity: O(1), O(members) for taking away.
    public subscript(_ name: String) -> JSONValue? {
        get { members[name] }
        set { members[name] = newValue }
    }

    /// The names in order.
    public var names: [String] { Array(members.keys) }

    /// The object with `other`'s members too; for names that both have, `other`'s values count.
    public func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        merged.merge(other)
        return merged
    }

    /// Takes `other`'s members; for names that both have, they count.
    public mutating func merge(_ other: JSONObject) {
        for member in other { members[member.name] = member.value }
    }

    /// The object without members whose value is null.
    public var withoutNulls: JSONObject {
        JSONObject(lazy.filter { $0.value != .null }.map { ($0.name, $0.value) })
    }

    /// Whether both have the same members, in whatever order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.name] == $0.value }
    }

    /// Feeds what ``==(_:_:)`` compares.
    public func hash(into hasher: inout Hasher) {
        // A sum of the members' hashes doesn't depend on their order.
        hasher.combine(members.reduce(into: 0) { $0 &+= Pair(name: $1.key, value: $1.value).hashValue })
    }

    private struct Pair: Hashable {
        var name: String
        var value: JSONValue
    }
}

extension JSONObject: RandomAccessCollection {
    /// Index of the first member.
    public var startIndex: Int { 0 }
    /// Index after the last member.
    public var endIndex: Int { members.count }
    /// The member at an index.
    public subscript(position: Int) -> (name: String, value: JSONValue) {
        let element = members.elements[position]
        return (element.key, element.value)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Makes an object of members in order; of equal names the last value counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
