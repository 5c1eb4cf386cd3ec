/// What a server was found not to understand, so that it is said otherwise from then on.
enum OpenAIAdaptation: Sendable, Hashable, CaseIterable {
    /// `stream_options` is left out; tokens are estimated unless the server counts them unasked.
    case withoutStreamOptions
    /// `max_tokens` and `max_completion_tokens` change places.
    case otherTokenLimitField

    /// What a refusal is about, or nil where it is about something else.
    init?(_ complaint: UpstreamComplaint, status: Int) {
        guard [400, 422].contains(status) else { return nil }
        let text = (complaint.message + " " + (complaint.parameter ?? "")).lowercased()
        if text.contains("stream_options") || text.contains("include_usage") {
            self = .withoutStreamOptions
        } else if text.contains("max_completion_tokens") || text.contains("max_tokens"),
            ["unsupported", "not supported", "unrecognized", "unknown", "extra", "not permitted", "unexpected"]
                .contains(where: text.contains)
        {
            self = .otherTokenLimitField
        } else {
            return nil
        }
    }
}
