public import MartletCore

/// A scripted conversation with what is expected of the bot.
public struct Scenario: Sendable {
    /// One thing that happens, or that must be so.
    public enum Step: Sendable {
        /// Somebody does something.
        case act(JSONObject)
        /// The simulator's clock goes on, by itself in real time.
        case wait(Duration)
        /// Something must be so, or become so in time.
        case expect(Expectation)
        /// The bot is started with the arguments of the scenario.
        case start
        /// The bot is told to end, and must.
        case stop
        /// The bot is killed there and then.
        case kill
        /// The model gets other lines.
        case model([ModelLine])
        /// Steps that are played so many times; `{n}` in their texts is the number of the round, from 1.
        case `repeat`(Int, [Step])
    }

    /// What it shows.
    public var name: String
    /// Which rules of the real server hold.
    public var rules: SimulatorRules
    /// Whether the clock stands still until it is turned.
    public var hasManualClock: Bool
    /// People, groups and faults that are there at the beginning, as acts.
    public var opening: [JSONObject]
    /// What the model says.
    public var model: [ModelLine]
    /// Arguments of the bot besides those that connect it.
    public var botArguments: [String]
    /// Settings of the bot in its environment.
    public var botEnvironment: [String: String]
    /// Texts of files in the bot's working folder, by their paths there.
    public var botFiles: [String: String]
    /// What happens.
    public var steps: [Step]
    /// The chat that is meant where none is named: the first user's.
    public var standardChat: Int64
}
