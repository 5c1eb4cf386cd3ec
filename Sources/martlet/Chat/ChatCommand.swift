import ArgumentParser
import Foundation
import MartletConversation
import MartletCore
import MartletTerminal

/// `martlet chat`: a conversation in the terminal.
struct ChatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with a model in this terminal.",
        discussion: """
            Ctrl-C stops an answer, Ctrl-D leaves. /help lists what else the chat understands.

            EXAMPLES
              martlet chat
              martlet chat --model openai:gpt-4o-mini
              martlet chat --model smollm2-360m --system "You are a pirate."
              echo "What is the capital of Italy?" | martlet chat --quiet
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Generation")
    var generation: GenerationOptions

    @Option(
        help: ArgumentHelp("Documents that answers come from: a file of martlet index, or a folder.", valueName: "path")
    )
    var knowledge: String?

    @Option(help: ArgumentHelp("Instructions that the model gets before the conversation.", valueName: "text"))
    var system: String?

    @Flag(name: .shortAndLong, help: "Print answers only: no greeting, no speed.")
    var quiet = false

    func run() async throws {
        let terminal = Terminal()
        var documents: Knowledge?
        if let knowledge {
            let models = try KnowledgeEmbedders(isLocalOnly: model.localOnly)
            documents = try await KnowledgeOpening.knowledge(at: knowledge, models: models)
        }
        try await ModelComposition.with(model, keepsSnapshots: true) { [documents] composition in
            let chosen = try composition.model()
            var session = ChatSession(
                model: documents?.grounding(chosen.model) ?? chosen.model,
                terminal: terminal,
                sampling: generation.sampling(over: chosen.recommendedSampling),
                maximumTokenCount: generation.maxTokens,
                stopStrings: generation.stopStrings,
                system: system,
                isQuiet: quiet || !terminal.isInteractive
            )
            try await session.run()
        }
    }
}
