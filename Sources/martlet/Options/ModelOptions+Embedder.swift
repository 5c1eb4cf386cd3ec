import Foundation
import MartletEngine

extension ModelOptions {
    /// Loads the chosen model as one that makes vectors.
    func loadEmbedder() async throws -> LocalEmbedder {
        var options = LocalEmbedderOptions()
        options.threadCount = threads
        options.contextLength = context
        let environment = ProcessInfo.processInfo.environment
        options.reading = try readingMode(environment)
        options.kernels = kernelsName(environment)
        return try await LocalEmbedder.load(path: path(), options: options)
    }
}
