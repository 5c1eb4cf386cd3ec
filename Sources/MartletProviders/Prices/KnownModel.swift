/// A hosted model of which prices and sizes are known, as of the day when they were looked up.
///
/// Prices change and differ between contracts: configurations can set their own. A model that is not listed has no price,
/// rather than a wrong one.
public struct KnownModel: Sendable, Hashable {
    /// The provider's name.
    public var provider: String
    /// The model's name; dated versions of it, such as `-2026-03-01`, are the same model.
    public var name: String
    /// Tokens that input and answer may come to together; nil is not known.
    public var contextLength: Int?
    /// What tokens cost.
    public var prices: ModelPrices
    /// When the prices were looked up, `YYYY-MM-DD`.
    public var date: String
    /// The page where they stood.
    public var source: String

    /// What is assumed of models about which nothing is known.
    public static let usualContextLength = 131_072

    /// The model of a name at a provider.
    ///
    /// - Parameter name: As it is given to the provider: with a date or a version, or, at Bedrock, with a region in front or
    ///   as an ARN's last part.
    /// - Returns: nil for a model that is not listed.
    /// - Complexity: O(listed models).
    public static func find(_ name: String, at provider: String) -> KnownModel? {
        let lowered = name.lowercased()
        let bare = plain(lowered, provider: provider)
        return all.first { model in
            guard model.provider == provider, bare.hasPrefix(model.name) else { return false }
            return isVersion(bare.dropFirst(model.name.count))
        }
    }

    private static func plain(_ name: String, provider: String) -> String {
        guard provider == "bedrock" else { return name }
        let last = name.split(separator: "/").last.map { String($0) } ?? name
        for region in ["us.", "eu.", "apac.", "global.", "jp.", "au.", "ca."] where last.hasPrefix(region) {
            return String(last.dropFirst(region.count))
        }
        return last
    }

    /// Whether what follows a name is a date, a version or `-latest`, rather than the rest of another name.
    private static func isVersion(_ rest: Substring) -> Bool {
        guard !rest.isEmpty else { return true }
        guard rest.first == "-" || rest.first == "@" || rest.first == ":" else { return false }
        return rest.dropFirst().split(whereSeparator: { "-:@".contains($0) }).allSatisfy { part in
            part == "latest" || (part.first == "v" && part.dropFirst().allSatisfy(\.isNumber))
                || (part.allSatisfy(\.isNumber) && (part.count != 1 || rest.contains(":")))
        }
    }
}
