import Foundation
import MartletEngine

extension ModelOptions {
    /// How a model that makes vectors or ranks texts is loaded: with the same threads, kernels and reading as one that chats.
    ///
    /// - Parameter contextLength: Tokens of a text at most; nil takes the model's own limit.
    func encoderOptions(contextLength: Int? = nil) throws -> LocalEmbedderOptions {
        let environment = ProcessInfo.processInfo.environment
        var options = LocalEmbedderOptions()
        options.threadCount = threads
        options.kernels = kernelsName(environment)
        options.reading = try readingMode(environment)
        options.contextLength = contextLength
        return options
    }
}
