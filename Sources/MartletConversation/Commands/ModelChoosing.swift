public import MartletCore

/// The models that a chat may choose from.
public protocol ModelChoosing: Sendable {
    /// Their names, the usual one first.
    var names: [String] { get }

    /// A model, or nil where there is none of the name.
    func model(named name: String) -> (any LanguageModel)?
}
