import MartletConversation
import MartletCore
import MartletEngine

extension PassageSize {
    /// A splitter for passages of this size; tokens are the embedding model's own, without one about three and a half bytes.
    func splitter(for embedder: (any Embedder)?) -> DocumentSplitter {
        let overlap = overlap ?? count * 2 / 15
        guard isTokens else { return DocumentSplitter(size: .characters(count), overlap: overlap) }
        let local = embedder as? LocalEmbedder
        return DocumentSplitter(
            size: .tokens(count) { text in
                (try? local?.tokenCount(of: EmbeddingInput(text))) ?? (text.utf8.count * 2 + 6) / 7
            },
            overlap: overlap
        )
    }
}
