/// Who sends a request, as far as the server knows.
public struct Caller: Sendable, Hashable {
    /// What a caller may do.
    public struct Rights: OptionSet, Sendable, Hashable {
        /// The bits.
        public var rawValue: UInt8
        /// Makes rights of bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Ask the models.
        public static let generation = Rights(rawValue: 1)
        /// Read `/metrics`.
        public static let metrics = Rights(rawValue: 2)
        /// Read collections of vectors.
        public static let vectorReading = Rights(rawValue: 4)
        /// Make, change and delete collections of vectors.
        public static let vectorWriting = Rights(rawValue: 8)

        /// What a list of keys calls rights.
        static let named: [(name: String, rights: Rights)] = [
            ("generation", .generation), ("metrics", .metrics), ("vectors", [.vectorReading, .vectorWriting]),
            ("vectors-read", .vectorReading),
        ]

        /// The names of these rights in a list of keys, the fewest that cover them.
        var names: [String] {
            var rest = self
            return Self.named.compactMap { name, rights in
                let isPart = name == "vectors" ? rest.contains(.vectorWriting) : rest.isSuperset(of: rights)
                guard isPart else { return nil }
                rest.subtract(rights)
                return name
            }
        }
    }

    /// The name of the key that the caller showed, or `anonymous`; fit for logs and metrics.
    public var name: String
    /// What the caller may do.
    public var rights: Rights
    /// Whether a key was shown.
    public var isAnonymous: Bool

    /// A caller that showed a key of this name.
    public init(keyName name: String, rights: Rights = .generation) {
        self.name = name
        self.rights = rights
        self.isAnonymous = false
    }

    private init(anonymousWith rights: Rights) {
        self.name = "anonymous"
        self.rights = rights
        self.isAnonymous = true
    }

    /// A caller without a key, where none is needed.
    public static func anonymous(rights: Rights = .generation) -> Caller { Caller(anonymousWith: rights) }

    /// The owner of this caller's generations: the same for every request and after a restart, and no key's name can be
    /// `anonymous`.
    public var id: String { isAnonymous ? "anonymous" : "key:\(name)" }
}
