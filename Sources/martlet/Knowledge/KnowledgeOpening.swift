import Foundation
import MartletConversation
import MartletCore
import MartletEngine
import MartletTerminal
import MartletVectors

/// Opens the files that documents are kept in, and the models that they need.
enum KnowledgeOpening {
    /// Opens an index that is there.
    ///
    /// One that can't be written, such as in a container's image, is read from a copy in memory.
    /// - Throws: ``CommandError`` where there is none.
    static func store(at path: String, mustBeWritable: Bool = false) throws -> EmbeddedVectorStore {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError("There is no index at \(path). Make one: martlet index PATH… --into \(path)")
        }
        guard !isFolder.boolValue else {
            throw CommandError("\(path) is a folder, and an index is a file. Name one, such as --into knowledge.db.")
        }
        // SQLite writes beside the file, too.
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let isWritable = [path, folder].allSatisfy { FileManager.default.isWritableFile(atPath: $0) }
        return isWritable || mustBeWritable
            ? try EmbeddedVectorStore(path: path) : try EmbeddedVectorStore.inMemory(copyOf: path)
    }

    /// Opens documents to answer from: an index, or a folder or a document, which is read each time.
    /// - Throws: ``CommandError``, ``KnowledgeError`` and what opening a model throws, each with its remedy.
    static func knowledge(
        at path: String,
        collection name: String = KnowledgeCollection.standardName,
        embedder: String? = nil,
        reranker: String? = nil,
        models: KnowledgeEmbedders,
        settings: KnowledgeSettings = KnowledgeSettings()
    ) async throws -> Knowledge {
        Knowledge(
            try await retriever(at: path, collection: name, embedder: embedder, reranker: reranker, models: models),
            settings: settings
        )
    }

    /// A document, or those of a folder, in memory, for as long as the process lives.
    private static func indexed(
        _ path: String,
        collection: String,
        embedder: (any Embedder)?
    ) async throws -> EmbeddedVectorStore {
        var search = DocumentSearch()
        search.base = URL(filePath: path).standardizedFileURL.deletingLastPathComponent().path
        try search.add(path)
        let store = try EmbeddedVectorStore.inMemory()
        let indexer = try await KnowledgeIndexer(collection, in: store, embedder: embedder)
        var run = IndexRun(indexer: indexer, search: search, isQuiet: false)
        let report = try await run.report(folders: [])
        for problem in report.problems { StandardError.write("martlet: \(TerminalText.harmless(problem))\n") }
        guard report.documentCount > 0 else {
            throw CommandError("There are no documents in \(path). Put Markdown, text, HTML or PDF there.")
        }
        return store
    }

    /// Finds passages in an index, a folder or a document, with the models that belong to it.
    /// - Parameters:
    ///   - embedder: The embedding model; nil for the one that the collection was made with.
    ///   - models: Where models are found by name.
    static func retriever(
        at path: String,
        collection name: String,
        embedder: String?,
        reranker: String?,
        models: KnowledgeEmbedders
    ) async throws -> Retriever {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let store: EmbeddedVectorStore
        let model: (any Embedder)?
        if isThere, isFolder.boolValue || DocumentSearch.isDocument(path) {
            model = try await models.embedder(embedder, of: nil)
            store = try await indexed(path, collection: name, embedder: model)
        } else {
            store = try self.store(at: path)
            let collection = try await KnowledgeCollection.find(name, in: store)
            model = try await models.embedder(embedder, of: collection)
        }
        let reranker = try await models.reranker(reranker)
        return try await Retriever(name, in: store, embedder: model, reranker: reranker)
    }
}
