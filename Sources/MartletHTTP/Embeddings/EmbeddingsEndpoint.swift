import HTTPTypes
import Hummingbird
import MartletCore
import NIOCore

/// `POST /v1/embeddings`, and `POST /embed` of Text Embeddings Inference.
struct EmbeddingsEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: EncodingEndpoint

    /// Answers OpenAI's request.
    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let wanted = try APIError.translating { () throws(RequestFault) in
            try EmbeddingsRequest(fields, limits: endpoint.limits)
        }
        let (served, answer, headers) = try await answer(wanted, "input", request, context)
        var body = ByteBuffer()
        body.reserveCapacity(answer.vectors.reduce(256) { $0 + $1.count * 13 + 64 })
        body.writeStaticString("{\"object\":\"list\",\"data\":[")
        for (index, vector) in answer.vectors.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            body.writeString("{\"object\":\"embedding\",\"index\":\(index),\"embedding\":")
            switch wanted.format {
            case .float: body.writeJSON(vector)
            case .base64: body.writeJSONBase64(vector)
            }
            body.writeStaticString("}")
        }
        body.writeStaticString("],\"model\":")
        body.writeJSONString(served.id)
        body.writeStaticString(",\"usage\":")
        body.writeJSON(Wire.usage(inputTokenCount: answer.tokenCount))
        if !answer.cutInputs.isEmpty {
            body.writeStaticString(",\"truncated_inputs\":")
            body.writeJSON(.array(answer.cutInputs.map { .integer(Int64($0)) }))
        }
        body.writeStaticString("}")
        return Response(jsonBytes: body, headers: headers)
    }

    /// Answers Text Embeddings Inference's request: arrays of numbers and nothing else.
    func embed(_ request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let wanted = try APIError.translating { () throws(RequestFault) in
            try EmbeddingsRequest(inference: fields, limits: endpoint.limits)
        }
        let (_, answer, headers) = try await answer(wanted, "inputs", request, context)
        var body = ByteBuffer()
        body.reserveCapacity(answer.vectors.reduce(2) { $0 + $1.count * 13 })
        body.writeStaticString("[")
        for (index, vector) in answer.vectors.enumerated() {
            if index > 0 { body.writeStaticString(",") }
            body.writeJSON(vector)
        }
        body.writeStaticString("]")
        return Response(jsonBytes: body, headers: headers)
    }

    private func answer(
        _ wanted: EmbeddingsRequest,
        _ parameter: String,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> (served: ServedEmbedder, answer: EmbeddingAnswer, headers: HTTPFields) {
        let (served, model) = try endpoint.embedder(named: wanted.service.model)
        let complete = try APIError.translating { () throws(RequestFault) in
            var complete = wanted
            try complete.complete(for: served)
            return complete
        }
        let work = EncodingEndpoint.Work(
            model: served.id,
            parameter: parameter,
            byteCount: complete.byteCount,
            textCount: wanted.inputs.count,
            service: wanted.service
        )
        let (answer, headers) = try await endpoint.perform(work, request, context) { deadline, owner in
            let answer = try await model.embed(complete.request(deadline: deadline, owner: owner))
            guard answer.vectors.count == wanted.inputs.count, answer.vectors.allSatisfy(\.isFinite) else {
                throw BrokenAnswer(description: "an embedder's answer has missing or infinite values")
            }
            return (answer, answer.tokenCount)
        }
        return (served, answer, headers)
    }
}

/// A model broke its promise; callers see a fault of the server.
struct BrokenAnswer: Error, CustomStringConvertible {
    let description: String
}

extension [Float] {
    /// Whether every value is a number.
    var isFinite: Bool { allSatisfy(\.isFinite) }
}

extension Wire {
    /// The tokens of what was read without an answer in tokens.
    static func usage(inputTokenCount count: Int) -> JSONValue {
        ["prompt_tokens": .integer(Int64(count)), "total_tokens": .integer(Int64(count))]
    }
}

extension Response {
    /// A response of JSON that is written already.
    init(jsonBytes: ByteBuffer, headers: HTTPFields) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: .ok, headers: headers, body: ResponseBody(byteBuffer: jsonBytes))
    }
}
