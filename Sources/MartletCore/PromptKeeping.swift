/// Erases prompts that were kept to be computed only once.
public protocol PromptErasing: Sendable {
    /// Erases what is kept of one owner's conversations; see ``GenerationRequest/owner``.
    ///
    /// What another owner's conversations begin with as well may stay.
    func eraseKeptPrompts(of owner: String) async
}

/// A model that keeps prompts beyond one answer, on disk or in memory, so that what they have in common is computed once.
public protocol PromptKeeping: LanguageModel, PromptErasing {}
