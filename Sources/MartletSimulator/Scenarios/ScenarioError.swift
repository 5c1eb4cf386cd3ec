/// Why a scenario cannot be read or played.
public struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason, with the place and the remedy.
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
