public import MartletCore

/// The models that a chat may choose from, made ready at their first use where they are not.
public protocol ModelChoosing: PromptErasing {
    /// Their names, the usual one first.
    var names: [String] { get }

    /// Whether a model can answer at once; false also for names that there are not.
    func isReady(_ name: String) -> Bool

    /// A model, made ready where it is not, or nil where there is none of the name.
    /// - Throws: Why it cannot be made ready; it may be another time.
    func model(named name: String) async throws -> (any LanguageModel)?
}
