import MartletCore

/// What chat completions, completions and responses share beside sampling.
enum GenerationFields {
    /// OpenAI's classes of service.
    enum ServiceTier: String, CaseIterable {
        case auto, `default`, flex, scale, priority, fast
    }

    static let model = Field("model", .text(1...512))
    static let stream = Field("stream", .flag)
    static let user = Field("user", .text(0...512))
    static let safetyIdentifier = Field("safety_identifier", .text(0...512))
    static let cacheKey = Field("prompt_cache_key", .text(0...512))
    static let serviceTier = Field("service_tier", .choice(ServiceTier.self))
    static let timeout = Field("timeout", .number(in: 0.001...86_400))
    static let templateVariables = Field("chat_template_kwargs", .object)
    static let metadata = Field("metadata", .object)
    static let store = Field("store", .flag)
    static let includeUsage = Field("include_usage", .flag)
    static let includeObfuscation = Field("include_obfuscation", .flag)

    /// A text or an array of texts before which generation ends.
    static func stop(_ limits: APILimits) -> Field<[String]> {
        let text = ValueKind<String>.text(1...limits.stopByteCount)
        let expectation = "a string or an array of strings"
        return Field(
            "stop",
            ValueKind(expectation: expectation) { value, place throws(RequestFault) in
                switch value {
                case .string: [try text.read(value, place)]
                case .array: try ValueKind.array(0...limits.stopCount, of: text).read(value, place)
                default: throw ValueKind<[String]>.wrongType(value, place, expectation)
                }
            }
        )
    }

    /// A limit of tokens.
    static func limit(_ name: String, atLeast minimum: Int = 1) -> Field<Int> {
        Field(name, .integer(in: minimum...Int(Int32.max)))
    }

    /// Reads the fields that no answer depends on but its turn does: who asks, how urgently, for how long.
    static func readService(
        _ fields: RequestFields,
        isStream: Bool,
        into request: inout GenerationRequest
    ) throws(RequestFault) -> ServiceFields {
        var service = ServiceFields()
        let names = (
            user: try fields.value(user), safety: try fields.value(safetyIdentifier), cache: try fields.value(cacheKey)
        )
        service.user = names.user ?? names.safety ?? names.cache
        service.tier = try fields.value(serviceTier)
        request.priority = service.tier == .flex ? .background : isStream ? .interactive : .normal
        service.timeout = try fields.value(timeout).map { .seconds($0) }
        _ = try fields.value(metadata)
        _ = try fields.value(store)
        return service
    }

    /// Reads `stream_options`: whether the usage is wanted at a stream's end.
    static func readStreamOptions(_ fields: RequestFields, isStream: Bool) throws(RequestFault) -> Bool {
        guard let options = try fields.fields("stream_options") else { return false }
        guard isStream else {
            throw RequestFault(.wrongValue, "stream_options", "'stream_options' is for requests with 'stream': true.")
        }
        let isWanted = try options.value(includeUsage) ?? false
        _ = try options.value(includeObfuscation)
        try options.finish()
        return isWanted
    }
}

/// What a request says about its service.
struct ServiceFields {
    /// The end user, by whichever name the request gives one.
    var user: String?
    /// The class of service that was asked for.
    var tier: GenerationFields.ServiceTier?
    /// How long the answer may take.
    var timeout: Duration?
}
