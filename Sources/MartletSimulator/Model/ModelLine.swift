/// What a scripted model does when it is asked.
public struct ModelLine: Sendable, Hashable {
    /// One step of an answer.
    public enum Step: Sendable, Hashable {
        /// Says a piece of text.
        case say(String)
        /// Thinks a piece of text, which providers send beside the answer.
        case think(String)
        /// Waits on the simulator's clock.
        case pause(Duration)
        /// Refuses with an HTTP status; in the middle of an answer the connection breaks.
        case fail(Int)
        /// Never goes on.
        case hang
        /// Repeats the question word by word, with a pause after each.
        case echo(pause: Duration)
    }

    /// Answers only questions that contain this text; nil answers all.
    public var when: String?
    /// The answer, step by step.
    public var steps: [Step]
    /// How many questions it answers; nil for all.
    public var times: Int?

    /// Makes a line.
    public init(when: String? = nil, steps: [Step], times: Int? = nil) {
        self.when = when
        self.steps = steps
        self.times = times
    }
}
