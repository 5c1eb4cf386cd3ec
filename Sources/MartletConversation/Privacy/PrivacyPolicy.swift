public import MartletCore

/// What the bot says about what becomes of people's words.
public struct PrivacyPolicy: Sendable, Hashable {
    /// Who else sees the words.
    public var readers: Readers
    /// After how many days turns are forgotten; nil where they are kept until somebody erases them.
    public var retentionDays: Int?
    /// What the operator adds, such as who they are.
    public var extraText: String?
    /// Whether groups may choose that the bot remembers what is not said to it.
    public var offersReadingAlong = false

    /// Who sees the words besides the bot.
    public enum Readers: Sendable, Hashable {
        /// Nobody: the model runs on the bot's own machine.
        case nobody
        /// These providers, by name.
        case providers([String])

        /// Who sees what these models are asked; a model that may hand on to one elsewhere counts as elsewhere.
        public init(of models: [any LanguageModel]) {
            let names = models.map(\.information).filter { !$0.isLocal }.map(\.name)
            self = names.isEmpty ? .nobody : .providers(names)
        }
    }

    /// Makes a policy.
    public init(readers: Readers, retentionDays: Int? = nil, extraText: String? = nil) {
        self.readers = readers
        self.retentionDays = retentionDays
        self.extraText = extraText
    }

    /// The text of `/privacy`.
    public func text(in language: Language) -> String {
        var parts = [language.text(PrivacyPhrase.kept)]
        parts.append(language.text(retentionDays.map(PrivacyPhrase.keptForDays) ?? .keptUntilErased))
        if offersReadingAlong {
            parts.append(language.text(PrivacyPhrase.readsAlong(count: Remembrance.overheardLimit)))
        }
        switch readers {
        case .nobody: parts.append(language.text(PrivacyPhrase.nobodyReads))
        case .providers(let names): parts.append(language.text(PrivacyPhrase.providersRead(names)))
        }
        parts.append(language.text(PrivacyPhrase.yourRights))
        if let extraText, !extraText.isEmpty { parts.append(extraText) }
        return parts.joined(separator: "\n\n")
    }
}
