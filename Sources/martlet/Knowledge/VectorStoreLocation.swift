import AsyncHTTPClient
import Foundation
package import MartletCore
import MartletVectors

/// Where a store of vectors is: in a file, or on a server of Chroma or Pinecone.
///
/// - `notes.vectors`, any path: a file, made where there is none.
/// - `chroma+http://host:8000`, or with `/TENANT/DATABASE` behind it: a server of Chroma; its token is `CHROMA_TOKEN` in the
///   environment.
/// - `pinecone+https://api.pinecone.io`: Pinecone, or a server that speaks like it; its key is `PINECONE_API_KEY`.
package struct VectorStoreLocation: Sendable, Hashable, CustomStringConvertible {
    private enum Place: Sendable, Hashable {
        case file(path: String)
        case chroma(address: String, tenant: String, database: String)
        case pinecone(address: String)
    }

    private let place: Place
    /// The location as it was given; it holds no key.
    package let description: String

    /// The environment's name of Chroma's token.
    package static let chromaToken = "CHROMA_TOKEN"
    /// The environment's name of Pinecone's key.
    package static let pineconeKey = "PINECONE_API_KEY"

    /// Reads a location.
    /// - Throws: ``VectorStoreError`` with `invalid` for one that is none, whose description names the remedy.
    package init(_ text: String) throws {
        description = text
        guard let separator = text.firstRange(of: "://") else {
            guard !text.isEmpty else { throw Self.invalid("the place of the vectors is empty") }
            place = .file(path: text)
            return
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard let components = URLComponents(string: text), components.host?.isEmpty == false else {
            throw Self.invalid("the place of the vectors is no address")
        }
        guard components.user == nil, components.password == nil, components.query == nil, components.fragment == nil
        else { throw Self.invalid("the place of the vectors has a name, a key or a question in it") }
        switch scheme {
        case "chroma+http", "chroma+https":
            let parts = components.path.split(separator: "/").map { String($0) }
            guard parts.isEmpty || parts.count == 2 else {
                throw Self.invalid("behind Chroma's address comes nothing, or a tenant and a database")
            }
            let end = text[separator.upperBound...].firstIndex(of: "/") ?? text.endIndex
            place = .chroma(
                address: String(text[..<end].dropFirst("chroma+".count)),
                tenant: parts.first ?? "default_tenant",
                database: parts.last ?? "default_database"
            )
        case "pinecone+http", "pinecone+https": place = .pinecone(address: String(text.dropFirst("pinecone+".count)))
        default: throw Self.invalid("vectors can't be kept at \(scheme)://")
        }
    }

    /// The file's path; nil for a server.
    package var path: String? {
        if case .file(let path) = place { path } else { nil }
    }

    /// Opens the store for as long as `body` runs.
    /// - Parameter environment: Where keys are looked for.
    /// - Throws: ``VectorStoreError`` for a file that can't be opened or a key that can't be used, and what `body` throws.
    package func withStore<Result>(
        environment: [String: String],
        _ body: (any VectorStore) async throws -> Result
    ) async throws -> Result {
        switch place {
        case .file(let path):
            let store = try EmbeddedVectorStore(path: path)
            let result: Result
            do {
                result = try await body(store)
            } catch {
                try? store.close()
                throw error
            }
            try store.close()
            return result
        case .chroma(let address, let tenant, let database):
            let key = try Self.key(Self.chromaToken, in: environment)
            return try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
                try await body(
                    try ChromaStore(address: address, tenant: tenant, database: database, key: key, client: client)
                )
            }
        case .pinecone(let address):
            let key = try Self.key(Self.pineconeKey, in: environment)
            guard key != nil || address.hasPrefix("http://") else {
                throw VectorStoreError(
                    .notAuthorized,
                    "Pinecone wants a key",
                    remedy: "Set \(Self.pineconeKey) in the environment"
                )
            }
            return try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
                try await body(try PineconeStore(address: address, key: key, client: client))
            }
        }
    }

    private static func key(_ name: String, in environment: [String: String]) throws -> Secret? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        guard let key = Secret(text) else {
            throw VectorStoreError(
                .notAuthorized,
                "\(name) has characters that no key has",
                remedy: "Set it to the key alone"
            )
        }
        return key
    }

    private static func invalid(_ message: String) -> VectorStoreError {
        VectorStoreError(
            .invalid,
            message,
            remedy: "Give a path, chroma+http://HOST:8000 or pinecone+https://api.pinecone.io; keys belong into "
                + "\(chromaToken) and \(pineconeKey)"
        )
    }
}
