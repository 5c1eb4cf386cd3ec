/// Why something that a person was to do cannot be done, and what to do about it.
public struct SimulatorActError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason with the remedy.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
