/// A persona that a chat may choose.
public struct PersonaPreset: Sendable, Hashable {
    /// What it is called in menus.
    public var name: String
    /// The instruction to the model; see ``Persona/template``.
    public var template: String

    /// Makes a preset.
    public init(name: String, template: String) {
        self.name = name
        self.template = template
    }
}
