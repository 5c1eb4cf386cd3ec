public import HTTPTypes
import Synchronization

/// Who may use the server: the keys in force, which can change while it runs.
public final class KeyRing: Sendable {
    /// Whether callers need a key.
    ///
    /// Fixed for the life of the server, so that a keys file that becomes empty locks everybody out instead of letting
    /// everybody in.
    public let requiresKey: Bool
    private let keys: Mutex<AccessKeys>

    /// A server that callers need keys for.
    public init(_ keys: AccessKeys) {
        self.requiresKey = true
        self.keys = Mutex(keys)
    }

    private init() {
        self.requiresKey = false
        self.keys = Mutex(AccessKeys())
    }

    /// A server that anybody who reaches it may use.
    public static var open: KeyRing { KeyRing() }

    /// Puts other keys in force.
    public func replace(with keys: AccessKeys) {
        precondition(requiresKey, "a server without keys gets none later")
        self.keys.withLock { $0 = keys }
    }

    /// The limits of a key of this name.
    public func limits(of name: String) -> CallerLimits? {
        keys.withLock { keys in keys.keys.first { $0.name == name }?.limits }
    }

    /// Who sends these fields.
    ///
    /// The key is looked for in `authorization: Bearer KEY`, `api-key`, `x-api-key` and `x-chroma-token`, in this order.
    /// - Throws: 401 where a key is needed and none is shown, or an unknown one.
    public func caller(showing fields: HTTPFields) throws(APIError) -> Caller {
        guard requiresKey else { return .anonymous(rights: [.generation, .metrics, .vectorReading, .vectorWriting]) }
        guard let shown = Self.key(in: fields) else {
            throw .unauthorized("No API key was given. Send it as 'Authorization: Bearer KEY'.")
        }
        guard shown.utf8.count <= 1024, let key = keys.withLock({ $0.key(matching: shown) }) else {
            throw .unauthorized("The API key is not known here. Ask the server's operator for one.")
        }
        return Caller(keyName: key.name, rights: key.rights)
    }

    private static func key(in fields: HTTPFields) -> String? {
        if let authorization = fields[.authorization] {
            let words = authorization.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
            return String(words[1])
        }
        return fields[.apiKey] ?? fields[.xAPIKey] ?? fields[.chromaToken]
    }
}

extension HTTPField.Name {
    static let apiKey = HTTPField.Name(literal: "api-key")
    /// Where Chroma's clients put their token.
    static let chromaToken = HTTPField.Name(literal: "x-chroma-token")
    static let xAPIKey = HTTPField.Name(literal: "x-api-key")
}
