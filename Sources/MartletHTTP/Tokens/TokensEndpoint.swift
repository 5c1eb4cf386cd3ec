import Hummingbird
import MartletCore

/// `POST /tokenize` and `POST /detokenize`, in llama-server's shapes.
struct TokensEndpoint: Sendable {
    /// What it shares with others.
    let endpoint: GenerationEndpoint

    private static let content = Field("content", .text())
    private static let addsSpecial = Field("add_special", .flag)
    private static let parsesSpecial = Field("parse_special", .flag)
    private static let withPieces = Field("with_pieces", .flag)
    private static let tokens = Field(
        "tokens",
        ValueKind<[Int]>.array(0...(1 << 20), of: ValueKind.integer(in: 0...Int(Int32.max) - 1))
    )

    /// The tokens of a text: ids, or ids with their pieces.
    func tokenize(_ request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let coding = try coding(fields)
        let asked = try APIError.translating { () throws(RequestFault) in
            let asked = (
                content: try fields.required(Self.content),
                addsSpecial: try fields.value(Self.addsSpecial) ?? false,
                parsesSpecial: try fields.value(Self.parsesSpecial) ?? true,
                withPieces: try fields.value(Self.withPieces) ?? false
            )
            try fields.finish()
            return asked
        }
        let tokens = try coding.encode(
            asked.content,
            addingSpecialTokens: asked.addsSpecial,
            parsingSpecialTokens: asked.parsesSpecial
        )
        let list: [JSONValue] =
            asked.withPieces
            ? try tokens.map { ["id": .integer(Int64($0.rawValue)), "piece": Self.piece(try coding.decode([$0]))] }
            : tokens.map { .integer(Int64($0.rawValue)) }
        return Response(json: ["tokens": .array(list)])
    }

    /// The text of tokens; bytes that are no text become U+FFFD.
    func detokenize(_ request: Request, context: APIRequestContext) async throws -> Response {
        let fields = try await readObject(request, context)
        let coding = try coding(fields)
        let tokens = try APIError.translating { () throws(RequestFault) in
            let tokens = try fields.required(Self.tokens)
            try fields.finish()
            return tokens
        }
        let bytes = try coding.decode(tokens.map { TokenID(Int32($0)) })
        return Response(json: ["content": .string(String(decoding: bytes, as: UTF8.self))])
    }

    private func coding(_ fields: RequestFields) throws(APIError) -> any TokenCoding {
        let chosen = try endpoint.model(fields)
        guard let coding = chosen.model as? any TokenCoding else { throw .hidingTokens(chosen.served.id) }
        return coding
    }

    /// A text, or bytes where a token is a part of a character.
    private static func piece(_ bytes: [UInt8]) -> JSONValue {
        String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .array(bytes.map { .integer(Int64($0)) })
    }
}

extension APIError {
    /// The model runs elsewhere, and doesn't show its tokens; 400.
    static func hidingTokens(_ model: String) -> APIError {
        .invalidRequest(
            "The model '\(model)' does not show its tokens, because it runs elsewhere. "
                + "Name a local model, or send text.",
            parameter: "model",
            code: RequestFault.Code.unsupported.rawValue
        )
    }
}
