public import MartletCore

extension GrammarSource {
    /// The form after a reasoning model's thinking, which is free text up to its closing tag.
    ///
    /// Where the prompt has opened the thinking, it has to be closed; elsewhere the model may open one first, or not.
    /// - Parameters:
    ///   - tags: The pairs that this model knows; without any there is no thinking.
    ///   - startsInside: Whether the prompt ended with an opening tag.
    public func afterThinking(_ tags: [ThinkingFilter.Tags], startsInside: Bool) -> GrammarSource {
        guard !tags.isEmpty else { return self }
        func closed(_ tags: [ThinkingFilter.Tags]) -> GrammarSource {
            .text(upTo: tags.map { Trigger($0.closing, then: afterSpace) }, canEnd: false)
        }
        if startsInside { return closed(tags) }
        let opened = tags.map { tags in
            GrammarSource.sequence([.literal(tags.opening).afterSpace, closed([tags])])
        }
        return .choice([self] + opened)
    }
}
