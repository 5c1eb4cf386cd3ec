import Foundation
import MartletCore
import MartletEngine
import MartletPrompt

/// Times how fast an embedding model makes vectors, through the engine as everybody uses it, but without its memory of
/// vectors.
struct EmbeddingMeasurement {
    /// The model's file.
    let path: String
    /// Threads and kernels.
    var options: LocalEmbedderOptions
    /// What is embedded.
    var texts: Texts
    /// Texts in a request, one size after the other.
    var batchSizes: [Int]
    /// How often all texts are embedded with each size, after one run to warm up.
    var repetitions: Int

    /// What is embedded.
    enum Texts {
        /// The lines of a file.
        case lines([String])
        /// So many texts of so many tokens, special ones included; which tokens doesn't matter to the time.
        case made(count: Int, tokenCount: Int)

        /// The lines of the file at `path` that aren't empty.
        init(path: String) throws {
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            let lines = text.split(whereSeparator: \.isNewline).map { String($0) }
            guard !lines.isEmpty else { throw CommandError("\(path) has no line of text: give a text on each line.") }
            self = .lines(lines)
        }

        func inputs(vocabularyCount: Int) -> [EmbeddingInput] {
            switch self {
            case .lines(let lines): lines.map { EmbeddingInput($0) }
            case .made(let count, let tokenCount):
                (0..<count).map { text in
                    let tokens = (0..<tokenCount).map { position in
                        TokenID(Int32((position * 7919 + text * 31) % vocabularyCount))
                    }
                    return EmbeddingInput(.tokens(tokens))
                }
            }
        }
    }

    /// Loads the model, embeds one text, and then all of them again and again.
    ///
    /// - Parameter progress: Is called with the number of finished and of all repetitions.
    /// - Throws: An error whose description names the remedy when the file, the options or the texts can't work.
    func run(progress: (Int, Int) -> Void) async throws -> EmbeddingBenchReport {
        var options = options
        options.cacheByteCount = 0
        let start = ContinuousClock.now
        let embedder = try await LocalEmbedder.load(path: path, options: options)
        let loaded = ContinuousClock.now
        let inputs = texts.inputs(vocabularyCount: embedder.tokenizer.vocabularyCount)
        _ = try await embedder.embed(EmbeddingRequest(Array(inputs.prefix(1))))
        let firstVector = ContinuousClock.now - start
        let first = try await embedder.embed(EmbeddingRequest(inputs))

        var samples = [[Double]](repeating: [], count: batchSizes.count)
        for repetition in 0...repetitions {
            progress(repetition, repetitions + 1)
            for (index, size) in batchSizes.enumerated() {
                let requests = stride(from: 0, to: inputs.count, by: size).map {
                    EmbeddingRequest(Array(inputs[$0..<min($0 + size, inputs.count)]))
                }
                let start = ContinuousClock.now
                for request in requests { _ = try await embedder.embed(request) }
                // The first repetition warms up.
                if repetition > 0 { samples[index].append((ContinuousClock.now - start).seconds) }
            }
        }
        return EmbeddingBenchReport(
            details: embedder.details,
            textCount: inputs.count,
            tokenCount: first.tokenCount,
            repetitions: repetitions,
            loadSeconds: (loaded - start).seconds,
            firstVectorSeconds: firstVector.seconds,
            samples: Array(zip(batchSizes, samples))
        )
    }
}
