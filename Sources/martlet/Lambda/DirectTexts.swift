package import MartletAWS
package import MartletCore

/// Texts to turn into vectors, as a direct call has them: `{"instruction": "…", "sentence": "…"}`.
///
/// `sentence` may be a list. With an empty instruction the sentences are read as they are; without one they get the model's own, if it
/// has one.
package struct DirectTexts: Sendable, Hashable {
    /// The sentences, each with the instruction.
    package var inputs: [EmbeddingInput]

    /// The most sentences of a call.
    private static let maximumCount = 2048

    /// Whether an event is one of these.
    package static func isMeant(by value: JSONValue) -> Bool { value["sentence"] != nil }

    /// Reads an event.
    /// - Throws: ``LambdaFault``, which names what is wrong.
    package init(_ value: JSONValue) throws(LambdaFault) {
        let instruction: String?
        switch value["instruction"] {
        case nil, .null?: instruction = nil
        case .string(let text)?: instruction = text.allSatisfy(\.isWhitespace) ? "" : text
        default: throw Self.wrong("instruction is text, or left out")
        }
        let sentences: [String]
        if let text = value["sentence"]?.string {
            sentences = [text]
        } else if let list = value["sentence"]?.array, list.allSatisfy({ $0.string != nil }) {
            sentences = list.compactMap(\.string)
        } else {
            throw Self.wrong("sentence is text, or a list of texts")
        }
        guard (1...Self.maximumCount).contains(sentences.count) else {
            throw Self.wrong("a call takes 1 to \(Self.maximumCount) sentences, and this one has \(sentences.count)")
        }
        if let empty = sentences.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw Self.wrong(sentences.count == 1 ? "the sentence is empty" : "sentence \(empty + 1) is empty")
        }
        inputs = sentences.map { EmbeddingInput($0, instruction: instruction) }
    }

    private static func wrong(_ reason: String) -> LambdaFault {
        LambdaFault(type: "Martlet.InvalidSentence", message: reason)
    }
}

/// The vectors of a direct call, in the shape in which functions of this kind have answered from the first on: `statusCode`, and in
/// `body`, as text, `embeddings` and their number as `length`.
package enum DirectVectors {
    /// The answer.
    package static func response(_ vectors: [[Float]]) -> JSONValue {
        let body: JSONValue = [
            "embeddings": .array(vectors.map { .array($0.map { .number(shortest($0)) }) }),
            "length": .integer(Int64(vectors.count)),
        ]
        return ["statusCode": 200, "body": .string(body.text)]
    }

    /// The number whose digits are the fewest that tell a value from its neighbours.
    private static func shortest(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
}
