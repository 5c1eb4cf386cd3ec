public import MartletCore

/// How a model wants to be told whether a text is a question or a passage.
///
/// Many models were trained with words before each text; without them they find less.
public struct EmbeddingRoles: Sendable, Hashable {
    /// What goes with a question.
    public var question: String?
    /// What goes with a passage.
    public var passage: String?

    /// Makes roles.
    public init(question: String? = nil, passage: String? = nil) {
        self.question = question
        self.passage = passage
    }

    /// What a model's makers recommend, by the model's name; nothing for models that want nothing.
    public init(of embedder: EmbedderInformation) {
        let name = embedder.name.lowercased()
        if name.contains("e5") {
            self.init(question: "query: ", passage: "passage: ")
        } else if name.contains("instructor") {
            self.init(
                question: "Represent the question for retrieving supporting documents: ",
                passage: "Represent the document for retrieval: "
            )
        } else if name.contains("nomic") {
            self.init(question: "search_query: ", passage: "search_document: ")
        } else if name.contains("qwen3") {
            self.init(question: "Instruct: Given a question, retrieve passages that answer it\nQuery:")
        } else if name.contains("bge") && !name.contains("m3") {
            self.init(question: "Represent this sentence for searching relevant passages: ")
        } else {
            self.init()
        }
    }
}
