/// A model that keeps what it computed of conversations beyond their requests, such as on disk.
public protocol PromptKeeping: LanguageModel {
    /// Erases what is kept of one owner's conversations; see ``GenerationRequest/owner``.
    ///
    /// What another owner's conversations begin with as well may stay.
    func eraseKeptPrompts(of owner: String) async
}
