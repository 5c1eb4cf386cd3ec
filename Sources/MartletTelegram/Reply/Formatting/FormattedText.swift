import MartletCore

/// A text and how its stretches are shown, as the platform takes it: with entities and without a parse mode.
///
/// Entities are in bounds, not empty, on scalar borders and legally nested: code holds nothing and is in nothing but quotes,
/// quotes are in nothing, and any two others are apart or one inside the other.
public struct FormattedText: Sendable, Hashable {
    /// What it says.
    public var text: String
    /// How it is shown, ordered by offset, outer ones first.
    public var entities: [TextEntity]

    /// How many entities the platform takes in one message.
    public static let maximumEntityCount = 100

    /// Wraps a text; `entities` have to keep the rules above.
    public init(_ text: String, entities: [TextEntity] = []) {
        self.text = text
        self.entities = entities
    }

    /// A text that is shown as it is, but for the characters that the platform would take out.
    public init(plain text: String) {
        self.init(String(decoding: MarkdownSource.clean(text, spacesPerTab: 4), as: UTF8.self))
    }

    /// The same words with nothing special about them.
    public var withoutEntities: FormattedText { FormattedText(text) }

    /// Whether nothing would be seen.
    public var isBlank: Bool { !text.unicodeScalars.contains(where: \.isVisible) }

    /// The platform's form of the entities; null where there are none.
    var entitiesJSON: JSONValue { entities.isEmpty ? .null : .array(entities.map(\.json)) }

    /// This text with another one after it.
    public func appending(_ other: FormattedText) -> FormattedText {
        let shift = text.utf16.count
        let moved = other.entities.map { TextEntity($0.kind, offset: $0.offset + shift, length: $0.length) }
        return FormattedText(text + other.text, entities: entities + moved)
    }
}

extension Unicode.Scalar {
    /// Whether it shows as something; spaces, controls and marks without a shape do not.
    fileprivate var isVisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .nonspacingMark, .enclosingMark:
            false
        default: !properties.isDefaultIgnorableCodePoint && value != 0x2800
        }
    }
}
