public import MartletCore
import Synchronization

/// An embedder behind OpenAI's interface, at OpenAI or at any server that speaks like it.
///
/// Texts go to `/embeddings`, as many at once as the server takes. An instruction is sent where the server knows such a thing,
/// and stands before the text elsewhere.
public final class RemoteEmbedder: Embedder {
    /// What this embedder is.
    public let information: EmbedderInformation
    private let wire: OpenAIWire
    private let dialect: OpenAIDialect
    private let exchange: RemoteExchange
    private let takesBase64 = Mutex(true)

    /// Makes an embedder; nothing is sent before a request.
    ///
    /// - Parameters:
    ///   - model: Its name at the server.
    ///   - width: Values of its vectors; nil for a model of ``KnownEmbedder``.
    ///   - server: The server.
    /// - Throws: ``ProviderError`` for an address that can't or mustn't be used, and for a width that isn't known.
    public init(
        _ model: String,
        width: Int? = nil,
        at server: OpenAIServer,
        settings: RemoteSettings = RemoteSettings(),
        transport: ProviderTransport
    ) throws(ProviderError) {
        let wire = try OpenAIWire(model, at: server)
        let known = KnownEmbedder.find(model)
        guard let width = width ?? known?.width else {
            throw ProviderError(
                .unsupported,
                provider: server.dialect.name,
                "how many values the vectors of \(model) have is not known",
                remedy: "Set dimensions for this model"
            )
        }
        self.wire = wire
        dialect = server.dialect
        exchange = RemoteExchange(identity: wire.identity, transport: transport, settings: settings)
        information = EmbedderInformation(
            name: model,
            width: width,
            contextLength: settings.contextLength ?? known?.contextLength ?? KnownEmbedder.usualContextLength,
            isLocal: false,
            sources: ["vectors: as \(server.dialect.name) makes them"]
        )
    }

    /// The vectors of `request`'s texts, several requests' where there are many.
    ///
    /// The tokens of single texts are shares of what the server counts for all of them.
    /// - Throws: ``ProviderError``
    public func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        guard request.normalizes != false else {
            throw unsupported("can't be told to leave vectors at their lengths", "normalize", "Leave 'normalize' out")
        }
        let ranges = TextBatches.ranges(
            of: request.inputs.map(\.byteCount),
            upTo: dialect.maximumEncodedTextCount
        )
        let answers = try await TextBatches.run(ranges) { range in
            var part = request
            part.inputs = Array(request.inputs[range])
            var answer = try await self.send(part)
            answer.cutInputs = answer.cutInputs.map { $0 + range.lowerBound }
            return answer
        }
        return EmbeddingAnswer(
            vectors: answers.flatMap(\.vectors),
            tokenCounts: answers.flatMap(\.tokenCounts),
            cutInputs: answers.flatMap(\.cutInputs)
        )
    }

    /// How many values the vectors of the model have, found out by asking for one, whatever width was given.
    ///
    /// - Throws: ``ProviderError``
    public func measuredWidth() async throws -> Int {
        let trial = EmbeddingRequest([EmbeddingInput("width")])
        let message = try wire.makeRequest("/embeddings", try body(trial, usesBase64: false))
        let answer = try await exchange.send(message, about: [], deadline: nil)
        guard let values = answer["data"]?.array?.first?["embedding"]?.array, !values.isEmpty else {
            throw ProviderError(
                .malformedResponse,
                provider: dialect.name,
                "the answer has no vector",
                remedy: "Check base_url and the model's name"
            )
        }
        return values.count
    }

    /// Asks for the list of models, which costs nothing.
    ///
    /// - Returns: What was found, in words.
    /// - Throws: ``ProviderError``
    public func probe() async throws -> String { try await wire.probe(over: exchange.transport) }

    /// One request; where the server refuses base 64, numbers are asked for from then on.
    private func send(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        let usesBase64 = takesBase64.withLock { $0 }
        do {
            let message = try wire.makeRequest("/embeddings", try body(request, usesBase64: usesBase64))
            let texts = request.inputs.flatMap { [$0.text, $0.instruction].compactMap(\.self) }
            let answer = try await exchange.send(message, about: texts, deadline: request.deadline)
            return try EmbeddingAnswerReader(
                identity: wire.identity,
                width: request.dimensions ?? information.width,
                normalizes: request.normalizes == true
            ).read(answer, of: request.inputs)
        } catch let error as ProviderError
            where usesBase64 && error.code == .invalidRequest
            && (error.parameter == "encoding_format" || error.message.contains("encoding_format"))
        {
            takesBase64.withLock { $0 = false }
            return try await send(request)
        }
    }

    private func body(_ request: EmbeddingRequest, usesBase64: Bool) throws -> JSONValue {
        var body: JSONObject = ["model": .string(wire.identity.model)]
        let hasInstructions = request.inputs.contains { $0.instruction != nil }
        let sendsInstructions = hasInstructions && dialect.takesInstructions
        body["input"] = .array(
            try request.inputs.map { input in
                switch input.content {
                case .text(let text):
                    return .string(sendsInstructions ? text : (input.instruction ?? "") + text)
                case .tokens(let tokens):
                    guard sendsInstructions || input.instruction == nil else {
                        throw unsupported("can't read an instruction before tokens", "instruction", "Send text")
                    }
                    return .array(tokens.map { .integer(Int64($0.rawValue)) })
                }
            }
        )
        if sendsInstructions {
            body["instruction"] = .array(request.inputs.map { .string($0.instruction ?? "") })
        }
        if usesBase64 { body["encoding_format"] = "base64" }
        if let dimensions = request.dimensions { body["dimensions"] = .integer(Int64(dimensions)) }
        if request.cutsLongTexts, dialect.takesTruncation, dialect.rankShape != .inference { body["truncate"] = true }
        return .object(body)
    }

    private func unsupported(_ what: String, _ parameter: String, _ remedy: String) -> ProviderError {
        ProviderError(.unsupported, provider: dialect.name, "it \(what)", remedy: remedy, parameter: parameter)
    }
}

extension EmbeddingInput {
    /// The words, where it has any.
    var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    /// About as many bytes as it takes in a request.
    var byteCount: Int {
        let size =
            switch content {
            case .text(let text): text.utf8.count
            case .tokens(let tokens): tokens.count * 6
            }
        return size + (instruction?.utf8.count ?? 0)
    }
}
