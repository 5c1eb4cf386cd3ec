import MartletHTTP
import MartletVectors

/// The vectors that a server keeps for others, where it keeps any.
enum ServedVectorStore {
    /// The routes over the file that the configuration names; none where it names none.
    static func routes(_ configuration: ServeConfiguration) throws -> [any APIRoutes] {
        guard let text = configuration.vectors else { return [] }
        guard let path = try VectorStoreLocation(text).path else {
            throw ConfigurationError(
                code: .invalidValue,
                description:
                    "a server's vectors lie in a file of its own; give a path as \(Setting.serverVectors.places)"
            )
        }
        let store = try EmbeddedVectorStore(path: path)
        let turnstile = VectorTurnstile()
        return [
            ChromaRoutes(store, turnstile: turnstile),
            PineconeRoutes(store, turnstile: turnstile, isEncrypted: configuration.server.encryption != nil),
        ]
    }
}
