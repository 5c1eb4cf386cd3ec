import MartletCore

/// Translates a provider's refusals and failures into ours.
enum UpstreamFailure {
    /// The providers' names for kinds of failure.
    private static let kinds: [String: ProviderError.Code] = [
        // OpenAI and those who speak its language.
        "invalid_api_key": .unauthorized, "insufficient_quota": .quotaExhausted,
        "billing_hard_limit_reached": .quotaExhausted, "model_not_found": .unknownModel,
        "context_length_exceeded": .contextTooLong, "exceed_context_size_error": .contextTooLong,
        "string_above_max_length": .contextTooLong, "rate_limit_exceeded": .rateLimited,
        "content_filter": .contentFiltered, "content_policy_violation": .contentFiltered,
        "server_error": .serverError, "model_overloaded": .overloaded, "engine_overloaded": .overloaded,
        // Anthropic.
        "authentication_error": .unauthorized, "permission_error": .forbidden, "not_found_error": .unknownModel,
        "rate_limit_error": .rateLimited, "overloaded_error": .overloaded, "api_error": .serverError,
        "timeout_error": .serverError, "billing_error": .quotaExhausted,
        // Amazon Bedrock.
        "accessdeniedexception": .forbidden, "unrecognizedclientexception": .unauthorized,
        "invalidsignatureexception": .unauthorized, "expiredtokenexception": .unauthorized,
        "missingauthenticationtokenexception": .unauthorized, "resourcenotfoundexception": .unknownModel,
        "throttlingexception": .rateLimited, "servicequotaexceededexception": .quotaExhausted,
        "modelnotreadyexception": .overloaded, "serviceunavailableexception": .overloaded,
        "modeltimeoutexception": .serverError, "modelerrorexception": .serverError,
        "modelstreamerrorexception": .serverError, "internalserverexception": .serverError,
        "validationexception": .invalidRequest,
    ]

    /// Words that say that the input is too long, in lower case.
    private static let lengthWords = [
        "maximum context length",  // OpenAI, vLLM, Mistral
        "prompt is too long",  // Anthropic
        "exceed context limit",  // Anthropic, input and max_tokens together
        "input is too long",  // Bedrock
        "exceeds the available context size",  // llama-server
        "context size has been exceeded",  // LM Studio
        "longer than the model's context length",  // SGLang
        "exceeds the model's context",  // LM Studio, Martlet
        "reduce the length of the messages",  // Groq
        "`inputs` tokens + `max_new_tokens`",  // Together
        "exceeds maximum input length", "too many input tokens", "context window",
    ]

    /// The error for a refusal.
    ///
    /// - Parameters:
    ///   - status: The HTTP status; nil for a failure that came inside an answer.
    ///   - request: What was asked, so that none of it is repeated.
    static func error(
        _ complaint: UpstreamComplaint?,
        status: Int?,
        retryAfter: Duration?,
        identity: ProviderIdentity,
        request: GenerationRequest
    ) -> ProviderError {
        let code = code(complaint, status: status)
        let quote = complaint.flatMap { harmless($0.message, identity: identity, request: request) }
        let (message, remedy) = words(code, identity: identity, status: status)
        let isOurs = [.unauthorized, .unknownModel, .contextTooLong].contains(code)
        return ProviderError(
            code,
            provider: identity.name,
            message + (isOurs ? "" : quote.map { " (\"\($0)\")" } ?? ""),
            remedy: remedy,
            status: status,
            retryAfter: retryAfter,
            parameter: complaint?.parameter.map { String($0.prefix(64)) }
        )
    }

    private static func code(_ complaint: UpstreamComplaint?, status: Int?) -> ProviderError.Code {
        let known = (complaint?.kinds ?? []).lazy.compactMap { kinds[$0] }.first
        let text = complaint?.message.lowercased() ?? ""
        let maySpeakOfLength = known == nil || known == .invalidRequest
        if maySpeakOfLength, ![401, 403, 429].contains(status), lengthWords.contains(where: text.contains) {
            return .contextTooLong
        }
        if let known { return known }
        switch status {
        case nil: return .serverError
        case 401: return .unauthorized
        case 402: return .quotaExhausted
        case 403: return .forbidden
        case 404: return .unknownModel
        case 429: return .rateLimited
        case 503, 529: return .overloaded
        case .some(500...): return .serverError
        case .some(300..<400): return .malformedResponse
        default: return .invalidRequest
        }
    }

    private static func words(
        _ code: ProviderError.Code,
        identity: ProviderIdentity,
        status: Int?
    ) -> (message: String, remedy: String) {
        let number = status.map { " (HTTP \($0))" } ?? ""
        return switch code {
        case .unauthorized: ("the key is missing or not valid\(number)", "Set \(identity.keySource) to a valid key")
        case .forbidden:
            (
                "the key may not use \(identity.model)\(number)",
                "Give it access at the provider, or set another in \(identity.keySource)"
            )
        case .quotaExhausted:
            ("the account has no quota left\(number)", "Look at the account's billing and limits at the provider")
        case .unknownModel:
            ("there is no model \(identity.model) there\(number)", "Check the model's name and base_url")
        case .contextTooLong:
            ("the conversation doesn't fit the model's context\(number)", "Shorten it, or ask for fewer tokens")
        case .contentFiltered: ("the provider's filter stopped the answer\(number)", "Say it in other words")
        case .rateLimited: ("too many requests\(number)", "Wait a little, or raise the limits at the provider")
        case .overloaded: ("the provider has too much to do\(number)", "Try again later, or name a fall-back")
        case .serverError: ("the provider failed\(number)", "Try again later, or name a fall-back")
        case .malformedResponse: ("the address answers with something else\(number)", "Check base_url")
        default: ("the request was refused\(number)", "Change the request, or choose another model")
        }
    }

    /// A provider's words as far as they can be shown: short, without control characters and keys, and nothing at all where
    /// they repeat what was said in the chat.
    static func harmless(_ text: String, identity: ProviderIdentity, request: GenerationRequest) -> String? {
        var text = text
        for secret in identity.secrets { text = secret.redact(text) }
        let visible = String(
            String.UnicodeScalarView(
                text.unicodeScalars.lazy.map { $0.properties.generalCategory == .control ? " " : $0 }
            )
        )
        let short = String(visible.prefix(200))
        guard !short.isEmpty, !Quotation.quotes(short, from: request) else { return nil }
        return short
    }
}
