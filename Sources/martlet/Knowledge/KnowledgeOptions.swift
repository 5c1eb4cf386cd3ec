import ArgumentParser
import Foundation
import MartletConversation

/// Which documents are meant, as options of the commands that work with them.
struct KnowledgeOptions: ParsableArguments {
    @Option(
        name: [.customLong("into"), .customLong("knowledge")],
        help: ArgumentHelp(
            "The file of the index; default: $MARTLET_KNOWLEDGE, else knowledge.db of this user.",
            valueName: "file"
        )
    )
    var file: String?

    @Option(
        help: ArgumentHelp(
            "The embedding model: a .gguf file or the name of a pulled model; without one, passages are found by their words.",
            valueName: "path|name"
        )
    )
    var embedder: String?

    @Option(help: ArgumentHelp("The collection in the file.", valueName: "name"))
    var collection = KnowledgeCollection.standardName

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...512).contains(collection.count) else {
            throw ValidationError("--collection is a name of 1 to 512 characters.")
        }
    }

    /// The path of the index.
    var path: String {
        let environment = ProcessInfo.processInfo.environment
        if let file = file ?? environment["MARTLET_KNOWLEDGE"], !file.isEmpty { return file }
        let folder = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (folder ?? (environment["HOME"] ?? ".") + "/.local/share") + "/martlet/knowledge.db"
    }
}
