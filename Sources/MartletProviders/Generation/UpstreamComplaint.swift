import MartletCore

/// What a provider says about a failure, whatever shape it says it in.
struct UpstreamComplaint: Sendable, Hashable {
    /// The provider's words; they may quote the request.
    var message: String
    /// Its names for the kind of failure, in lower case, the most specific first.
    var kinds: [String] = []
    /// The part of the request that it names.
    var parameter: String?

    /// Reads `{"error": {"message", "type", "code", "param"}}` and its relatives: `{"error": "…"}`, `{"message": "…"}`,
    /// `{"detail": …}`.
    ///
    /// - Returns: nil where the JSON speaks of no failure.
    init?(_ body: JSONValue) {
        let inner = body["error"] ?? body
        guard body["error"] != nil || body["message"] != nil || body["Message"] != nil || body["detail"] != nil else {
            return nil
        }
        message =
            inner.string ?? inner["message"]?.string ?? inner["Message"]?.string ?? inner["detail"]?.string
            ?? inner["detail"]?.array?.first?["msg"]?.string ?? ""
        for value in [inner["code"], inner["type"], inner["__type"], body["type"]] {
            if let kind = value?.string, Int(kind) == nil { kinds.append(Self.plain(kind)) }
        }
        parameter =
            inner["param"]?.string
            ?? inner["detail"]?.array?.first?["loc"]?.array?.last?.string
    }

    /// A failure that has only a kind.
    init(message: String, kind: String) {
        self.message = message
        kinds = [Self.plain(kind)]
    }

    /// `ValidationException:http://…` and `com.amazon…#ValidationException` as `validationexception`.
    static func plain(_ kind: String) -> String {
        let first = kind.prefix { $0 != ":" }
        return (first.split(separator: "#").last.map { String($0) } ?? String(first)).lowercased()
    }
}
