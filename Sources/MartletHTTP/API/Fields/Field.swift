/// A member of a request: its names and what it may be.
struct Field<Value: Sendable>: Sendable {
    /// The name in the request.
    let name: String
    /// Names that other servers give it.
    let otherNames: [String]
    /// What it may be.
    let kind: ValueKind<Value>

    /// Declares a member.
    init(_ name: String, _ kind: ValueKind<Value>, alsoNamed otherNames: String...) {
        self.name = name
        self.kind = kind
        self.otherNames = otherNames
    }
}
