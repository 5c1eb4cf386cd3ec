/// A field of an HTTP message's head, or of its trailer.
public struct LambdaHeaderField: Sendable, Hashable {
    /// The name; in requests always in lower case.
    public var name: String
    /// The value.
    public var value: String

    /// Makes a field.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension Sequence where Element == LambdaHeaderField {
    /// The value of the first field with a name, whatever its letters' case.
    public func firstValue(of name: String) -> String? {
        let name = name.lowercased()
        return first { $0.name.lowercased() == name }?.value
    }
}
