import Dispatch
import MartletConversation
package import MartletCore
import Synchronization

/// Models by the names under which a chat may choose them, made at the first choice.
///
/// A model that failed to be made is tried again at the next choice, since files come and go.
package final class NamedModels: ModelChoosing {
    /// A model that may not be there yet.
    package struct Entry: Sendable {
        /// Its name.
        var name: String
        /// Whether it runs on this machine alone, as far as its configuration says.
        var isLocal: Bool
        /// Makes it; blocks for as long as that takes.
        var make: @Sendable () throws -> any LanguageModel

        /// Makes an entry.
        package init(
            name: String,
            isLocal: Bool,
            make: @escaping @Sendable () throws -> any LanguageModel
        ) {
            self.name = name
            self.isLocal = isLocal
            self.make = make
        }
    }

    private let entries: [Entry]
    private let made: Mutex<[String: any LanguageModel]>
    /// Where models are made, one after the other: reading one blocks, and two would fight for the disk.
    private let queue = DispatchQueue(label: "martlet.models")

    /// Takes models in the order in which they are shown; the first is the usual one.
    package init(_ entries: [Entry], made: [String: any LanguageModel] = [:]) {
        self.entries = entries
        self.made = Mutex(made)
    }

    package var names: [String] { entries.map(\.name) }

    /// The names of those that hand words to somebody else.
    package var namesElsewhere: [String] { entries.filter { !$0.isLocal }.map(\.name) }

    package func isReady(_ name: String) -> Bool { made.withLock { $0[name] != nil } }

    package func model(named name: String) async throws -> (any LanguageModel)? {
        if let known = made.withLock({ $0[name] }) { return known }
        guard let entry = entries.first(where: { $0.name == name }) else { return nil }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(with: Result { try self.make(entry) })
            }
        }
    }

    /// Makes a model unless somebody who came before has.
    private func make(_ entry: Entry) throws -> any LanguageModel {
        if let known = made.withLock({ $0[entry.name] }) { return known }
        let model = try entry.make()
        made.withLock { $0[entry.name] = model }
        return model
    }

    /// Models on this machine keep their prompts in one place, so any of them erases what all of them keep there.
    package func eraseKeptPrompts(of owner: String) async {
        var keeping = made.withLock { Array($0.values) }.compactMap { $0 as? any PromptKeeping }
        if !keeping.contains(where: \.information.isLocal), let local = entries.first(where: \.isLocal),
            let model = try? await model(named: local.name) as? any PromptKeeping
        {
            keeping.append(model)
        }
        for model in keeping { await model.eraseKeptPrompts(of: owner) }
    }
}
