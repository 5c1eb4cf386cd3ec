public import MartletCore

/// How a scenario went.
public struct ScenarioReport: Sendable {
    /// Its name.
    public var name: String
    /// Why it failed; nil where it passed.
    public var failure: String?
    /// Which step failed, such as `steps[3]`.
    public var place: String?
    /// How long it took, in real time.
    public var duration: Duration
    /// How many calls the bot made.
    public var callCount: Int

    /// The report for programs.
    public var json: JSONValue {
        var json: JSONObject = ["name": .string(name), "passed": .bool(failure == nil)]
        if let failure { json["failure"] = .string(failure) }
        if let place { json["place"] = .string(place) }
        json["seconds"] = .number((duration.inSeconds * 1000).rounded() / 1000)
        json["calls"] = .integer(Int64(callCount))
        return .object(json)
    }
}
