import MartletCore

/// What requests to embed and to rank share.
struct EncodingFields: Sendable {
    /// The model's name.
    var model: String?
    /// The end user.
    var user: String?
    /// How long the answer may take.
    var timeout: Duration?
    /// Whether texts that are too long are cut at their ends.
    var truncates: Bool

    /// Where a text is cut that is too long, in Text Embeddings Inference's words.
    private enum CutSide: String, CaseIterable {
        case left = "Left"
        case right = "Right"
    }

    private static let truncate = Field("truncate", .flag)
    private static let side = Field("truncation_direction", .choice(CutSide.self))

    /// Reads the fields.
    init(_ fields: RequestFields) throws(RequestFault) {
        model = try fields.value(GenerationFields.model)
        user = try fields.value(GenerationFields.user)
        timeout = try fields.value(GenerationFields.timeout).map { .seconds($0) }
        truncates = try fields.value(Self.truncate) ?? false
        if try fields.value(Self.side) == .left {
            let message = "'truncation_direction' must be 'Right': texts are cut at their ends only."
            throw RequestFault(.unsupported, fields.place(of: "truncation_direction"), message)
        }
    }
}
