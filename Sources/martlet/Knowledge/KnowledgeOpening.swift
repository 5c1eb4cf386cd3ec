import Foundation
import MartletConversation
import MartletCore
import MartletEngine
import MartletTerminal
import MartletVectors

/// Opens the files that documents are kept in, and the models that they need.
enum KnowledgeOpening {
    /// Opens an index that is there.
    /// - Throws: ``CommandError`` where there is none.
    static func store(at path: String) throws -> EmbeddedVectorStore {
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandError("There is no index at \(path). Make one: martlet index PATH… --into \(path)")
        }
        return try EmbeddedVectorStore(path: path)
    }

    /// Opens documents to answer from: an index, or a folder or a document, which is read each time.
    /// - Throws: ``CommandError``, ``KnowledgeError`` and what opening a model throws, each with its remedy.
    static func knowledge(
        at path: String,
        collection name: String = KnowledgeCollection.standardName,
        embedder: String? = nil,
        reranker: String? = nil,
        settings: KnowledgeSettings = KnowledgeSettings()
    ) async throws -> Knowledge {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let store =
            isThere && (isFolder.boolValue || DocumentSearch.isDocument(path))
            ? try await indexed(path, collection: name, embedder: embedder) : try store(at: path)
        return Knowledge(
            try await retriever(in: store, collection: name, embedder: embedder, reranker: reranker),
            settings: settings
        )
    }

    /// A document, or those of a folder, in memory, for as long as the process lives.
    private static func indexed(_ path: String, collection: String, embedder: String?) async throws
        -> EmbeddedVectorStore
    {
        var search = DocumentSearch()
        search.base = URL(filePath: path).standardizedFileURL.deletingLastPathComponent().path
        try search.add(path)
        let store = try EmbeddedVectorStore.inMemory()
        let indexer = try await KnowledgeIndexer(
            collection,
            in: store,
            embedder: try await self.embedder(embedder),
            embedderPlace: embedder
        )
        var run = IndexRun(indexer: indexer, search: search, isQuiet: false)
        let report = try await run.report(folders: [])
        for problem in report.problems { StandardError.write("martlet: \(TerminalText.harmless(problem))\n") }
        guard report.documentCount > 0 else {
            throw CommandError("There are no documents in \(path). Put Markdown, text, HTML or PDF there.")
        }
        return store
    }

    /// The documents of a file; nil for no file.
    static func optional(_ path: String?) async throws -> Knowledge? {
        guard let path else { return nil }
        return try await knowledge(at: path)
    }

    /// Finds passages in a store with the models that belong to it.
    /// - Parameter embedder: The embedding model; nil for the one that the collection was made with.
    static func retriever(
        in store: any VectorStore,
        collection name: String,
        embedder: String?,
        reranker: String?
    ) async throws -> Retriever {
        let place = try await KnowledgeCollection.find(name, in: store)?.embedderPlace
        return try await Retriever(
            name,
            in: store,
            embedder: try await self.embedder(embedder ?? place),
            reranker: try await self.reranker(reranker)
        )
    }

    /// An embedding model by its path or name; nil for none.
    static func embedder(_ name: String?) async throws -> (any Embedder)? {
        guard let name else { return nil }
        let path = try ModelOptions.path(named: name)
        try check(path, is: .embedder, option: "--embedder")
        return try await LocalEmbedder.load(path: path, options: LocalEmbedderOptions())
    }

    private static func reranker(_ name: String?) async throws -> (any Reranker)? {
        guard let name else { return nil }
        let path = try ModelOptions.path(named: name)
        try check(path, is: .reranker, option: "--reranker")
        return try await LocalReranker.load(path: path, options: LocalEmbedderOptions())
    }

    private static func check(_ path: String, is kind: ModelKind, option: String) throws {
        let found = try ModelKind(file: path)
        guard found == kind else {
            throw CommandError(
                "\(path) is of the kind \(found.rawValue), and \(option) takes the kind \(kind.rawValue). Name another file."
            )
        }
    }
}
