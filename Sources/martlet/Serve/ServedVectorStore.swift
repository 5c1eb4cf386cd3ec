import MartletHTTP
import MartletVectors

/// The vectors that a server keeps for others.
struct ServedVectorStore {
    /// The file; closed, it holds everything, with nothing beside it.
    let store: EmbeddedVectorStore
    /// The routes over the file.
    let routes: [any APIRoutes]

    /// Opens the file that the configuration names; nil where it names none.
    init?(_ configuration: ServeConfiguration) throws {
        guard let text = configuration.vectors else { return nil }
        guard let path = try VectorStoreLocation(text).path else {
            throw ConfigurationError(
                code: .invalidValue,
                description:
                    "a server's vectors lie in a file of its own; give a path as \(Setting.serverVectors.places)"
            )
        }
        store = try EmbeddedVectorStore(path: path)
        let turnstile = VectorTurnstile()
        routes = [
            ChromaRoutes(store, turnstile: turnstile),
            PineconeRoutes(store, turnstile: turnstile, isEncrypted: configuration.server.encryption != nil),
        ]
    }
}
