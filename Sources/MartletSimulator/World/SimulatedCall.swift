public import MartletCore

/// A call that the simulator received.
public struct SimulatedCall: Sendable, Hashable {
    /// Its number, from 1.
    public var number: Int64 = 0
    /// The method.
    public var method: String
    /// The parameters; files that were uploaded are left out.
    public var parameters: JSONObject
    /// When it came, in real time.
    public var instant: ContinuousClock.Instant
    /// When it came, on the simulator's clock.
    public var date: SimulatedDate = SimulatedDate(seconds: 0)
    /// The HTTP status it was answered with; nil where it was left without an answer.
    public var status: Int?
    /// Why it was refused.
    public var refusal: String?

    var json: JSONValue {
        var json: JSONObject = ["id": .integer(number), "method": .string(method)]
        if let chat = parameters["chat_id"], chat != .null { json["chat_id"] = chat }
        json["date"] = .number(date.seconds)
        json["status"] = .integer(Int64(status ?? 0))
        json["description"] = .string(refusal ?? "")
        json["parameters"] = .object(parameters)
        return .object(json)
    }
}
