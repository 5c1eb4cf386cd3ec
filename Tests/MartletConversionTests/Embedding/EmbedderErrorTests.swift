import Foundation
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import MartletWeights
import Testing

@Suite("What an embedder refuses")
struct EmbedderErrorTests {
    private func failure(_ embedder: LocalEmbedder, _ request: EmbeddingRequest) async throws -> EngineError {
        try #require(await #expect(throws: EngineError.self) { try await embedder.embed(request) })
    }

    private func failure(_ embedder: LocalEmbedder, _ input: EmbeddingInput) async throws -> EngineError {
        try await failure(embedder, EmbeddingRequest([input]))
    }

    @Test("empty texts, white space and instructions alone", arguments: ["bert", "instructor", "qwen3-embedding"])
    func empty(name: String) async throws {
        let embedder = try await EmbeddingFixture(name).embedder()
        for (text, instruction, words) in [
            ("", nil, "is empty"), (" \t\n\u{2003}", nil, "only white space"), ("", "query:", "only an instruction"),
            ("  ", "query:", "only an instruction"),
        ] as [(String, String?, String)] {
            let error = try await failure(embedder, EmbeddingInput(text, instruction: instruction))
            #expect(error.code == .emptyInput && error.message.contains(words), "\(error)")
            #expect(error.failureKind == .invalidRequest(parameter: "input"))
        }
        let second = try await failure(embedder, EmbeddingRequest([EmbeddingInput("fine"), EmbeddingInput("")]))
        #expect(second.message.contains("at index 1"))
        // A refused request computes nothing.
        #expect(embedder.statistics.textCount == 0 && embedder.statistics.requestCount == 0)
        #expect(try await embedder.embed(EmbeddingRequest([])).vectors.isEmpty)
    }

    @Test("texts beyond the limit name it, or are cut before their end")
    func length() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        let long = String(repeating: "bird lands ", count: 200)
        let error = try await failure(embedder, EmbeddingInput(long))
        #expect(error.code == .contextTooSmall && error.failureKind == .contextTooLong)
        #expect(error.message.contains("at most 128") && error.message.contains(" tokens"))
        let cut = try await embedder.embed(EmbeddingRequest([EmbeddingInput(long)], cutsLongTexts: true))
        #expect(cut.cutInputs == [0] && cut.tokenCounts == [128])
        // The vector of the cut text is remembered, but not for somebody who wants the whole one.
        _ = try await failure(embedder, EmbeddingInput(long))
        // Cutting keeps what ends a text: the same as the tokens of the beginning.
        let tokens = try #require(embedder.tokenizer.encode(long, with: nil)).tokens
        let whole = EmbeddingInput(.tokens(Array(tokens.prefix(127)) + [tokens[tokens.count - 1]]))
        let same = try await embedder.embed(EmbeddingRequest([whole]))
        #expect(largestDifference(same.vectors[0], cut.vectors[0]) < 1e-6)
    }

    @Test("a limit of the folder's own is kept, and a person may ask for less or more")
    func ownLimit() async throws {
        let fixture = try EmbeddingFixture("xlm-roberta")
        #expect(try await fixture.embedder().information.contextLength == 96)
        #expect(try await fixture.embedder(options: { $0.contextLength = 20 }).information.contextLength == 20)
        #expect(try await fixture.embedder(options: { $0.contextLength = 9999 }).information.contextLength == 128)
    }

    @Test("a megabyte is refused or cut quickly", arguments: EmbeddingFixture.embedders)
    func megabyte(name: String) async throws {
        let embedder = try await EmbeddingFixture(name).embedder()
        for piece in ["bird ", "a", "\u{1F426}\u{301}", "птица. "] {
            let text = String(repeating: piece, count: (1 << 20) / piece.utf8.count)
            let start = ContinuousClock.now
            let cut = try? await embedder.embed(EmbeddingRequest([EmbeddingInput(text)], cutsLongTexts: true))
            if cut?.cutInputs == [0] { _ = try await failure(embedder, EmbeddingInput(text)) }
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test("instructions that leave no room", arguments: ["bert", "instructor"])
    func longInstruction(name: String) async throws {
        let embedder = try await EmbeddingFixture(name).embedder(options: { $0.contextLength = 64 })
        let instruction = String(repeating: "represent the bird ", count: 40)
        for cuts in [false, true] {
            let input = EmbeddingInput("lands", instruction: instruction)
            let error = try await failure(embedder, EmbeddingRequest([input], cutsLongTexts: cuts))
            #expect(error.code == .contextTooSmall)
            if cuts { #expect(error.message.contains("the instruction") && error.parameter == "instruction") }
        }
    }

    @Test("tokens outside the vocabulary, none, and tokens with an instruction")
    func tokens() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        for token in [-1, 1 << 20] as [Int32] {
            let error = try await failure(embedder, EmbeddingInput(.tokens([TokenID(2), TokenID(token)])))
            #expect(error.code == .invalidToken && error.message.contains("\(token)"))
        }
        #expect(try await failure(embedder, EmbeddingInput(.tokens([]))).code == .emptyInput)
        let both = EmbeddingInput(.tokens([TokenID(2)]), instruction: "query:")
        #expect(try await failure(embedder, both).parameter == "instruction")
    }

    @Test("dimensions cut the vector and bring it to length 1; others are refused")
    func dimensions() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        let inputs = [EmbeddingInput("a bird")]
        for wrong in [0, -1, 33] {
            let error = try await failure(embedder, EmbeddingRequest(inputs, dimensions: wrong))
            #expect(error.parameter == "dimensions" && error.remedy.contains("1 to 32"))
        }
        let whole = try await embedder.embed(EmbeddingRequest(inputs)).vectors[0]
        var expected = Array(whole.prefix(8))
        EmbeddingHead.normalize(&expected)
        let found = try await embedder.embed(EmbeddingRequest(inputs, dimensions: 8)).vectors[0]
        #expect(largestDifference(found, expected) < 1e-6)
        let raw = try await embedder.embed(EmbeddingRequest(inputs, normalizes: false)).vectors[0]
        #expect(abs(raw.reduce(0) { $0 + $1 * $1 } - 1) > 0.01)
        #expect(cosineSimilarity(raw, whole) > 0.999999)
    }

    @Test("a deadline that is over")
    func deadline() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        let request = EmbeddingRequest([EmbeddingInput("a")], deadline: .now - .seconds(1))
        #expect(try await failure(embedder, request).code == .deadlinePassed)
    }

    @Test("a closed embedder")
    func closed() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        embedder.close()
        #expect(try await failure(embedder, EmbeddingInput("a")).code == .closed)
    }

    @Test("weights that are no numbers name the file's damage, for every family", arguments: EmbeddingFixture.embedders)
    func damaged(name: String) async throws {
        let norms = ["instructor": "enc.output_norm.weight", "qwen3-embedding": "output_norm.weight"]
        let norm = norms[name] ?? "blk.1.layer_output_norm.weight"
        let embedder = try await EmbeddingFixture(name).embedder(damaged: norm)
        let error = try await failure(embedder, EmbeddingInput("a bird"))
        #expect(error.code == .stepFailed && "\(error)".contains("damaged"))
    }

    @Test("files that are none for embedding say what to do")
    func kinds() async throws {
        let chat = try await #require(throws: EngineError.self) { _ = try await EmbeddingFixture("qwen3").embedder() }
        #expect(chat.remedy.contains("--pooling last"))
        // A person who knows better is believed.
        let asked = try await EmbeddingFixture("qwen3").embedder(options: { $0.pooling = .last })
        #expect(asked.information.sources[0].contains("asked for"))
        let reranker = try await #require(throws: EngineError.self) {
            _ = try await EmbeddingFixture("reranker").embedder()
        }
        #expect(reranker.message.contains("reranker"))
        let mean = try await #require(throws: EngineError.self) {
            _ = try await EmbeddingFixture("qwen3-embedding").embedder(options: { $0.pooling = .mean })
        }
        #expect(mean.remedy.contains("last"))
        let embedder = try await #require(throws: EngineError.self) {
            _ = try await EmbeddingFixture("bert").reranker()
        }
        #expect(embedder.message.contains("cross-encoder"))
    }

    @Test("pooling that is missing or unknown, and keys that make no sense")
    func keys() async throws {
        let fixture = try EmbeddingFixture("bert")
        for value in [nil, .uint32(0), .uint32(7)] as [GGUFValue?] {
            let error = await #expect(throws: (any Error).self) {
                _ = try await fixture.embedder(change: { $0.metadata["bert.pooling_type"] = value })
            }
            #expect(error.map { "\($0)".contains("pooling") } ?? false)
            if value == .uint32(7) { continue }
            let asked = try await fixture.embedder(
                change: { $0.metadata["bert.pooling_type"] = value },
                options: { $0.pooling = .first }
            )
            #expect(asked.details.pooling == .first)
        }
        for (key, value) in [
            ("martlet.embedding.instruction", .string("sometimes")), ("martlet.embedding.maximum_length", .uint32(1)),
            ("martlet.embedding.prompt_names", .array(GGUFArray(of: .string, [.string("query")]))),
            ("martlet.embedding.normalize", .uint32(1)),
        ] as [(String, GGUFValue)] {
            let error = await #expect(throws: (any Error).self) {
                _ = try await fixture.embedder(change: { $0.metadata[key] = value })
            }
            #expect(error.map { "\($0)".contains("again") || "\($0)".contains("expected") } ?? false, "\(key)")
        }
    }

    @Test("questions and pairs that can't be ranked")
    func pairs() async throws {
        let reranker = try await EmbeddingFixture("bert-reranker").reranker()
        func failure(_ request: RankRequest) async throws -> EngineError {
            try #require(await #expect(throws: EngineError.self) { try await reranker.rank(request) })
        }
        #expect(try await failure(RankRequest(query: " ", texts: ["a"])).parameter == "query")
        let long = String(repeating: "bird ", count: 100)
        #expect(try await failure(RankRequest(query: long, texts: ["a"])).code == .contextTooSmall)
        let text = try await failure(RankRequest(query: "bird", texts: ["a", long]))
        #expect(text.message.contains("index 1") && text.code == .contextTooSmall)
        let none = try await reranker.rank(RankRequest(query: "bird", texts: []))
        #expect(none.scores.isEmpty && none.tokenCount == 0)
        let twice = try await reranker.rank(RankRequest(query: "bird", texts: ["a", "b", "a"]))
        #expect(twice.scores[0] == twice.scores[2] && twice.scores[0] != twice.scores[1])
        #expect(reranker.statistics.textCount == 2 && reranker.statistics.sharedCount == 1)
    }
}

@Suite("What an embedder remembers")
struct EmbedderCacheTests {
    @Test("equal texts are read once, in one request, in two, and at the same time")
    func sharing() async throws {
        let fixture = try EmbeddingFixture("bert")
        let embedder = try await fixture.embedder()
        let inputs = ["one", "two", "one", "one"].map { EmbeddingInput($0) }
        let first = try await embedder.embed(EmbeddingRequest(inputs))
        #expect(first.vectors[0] == first.vectors[2] && first.vectors[0] != first.vectors[1])
        var counts = embedder.statistics
        #expect(
            counts.textCount == 2 && counts.sharedCount == 2 && counts.cacheHitCount == 0 && counts.cachedCount == 2
        )
        let again = try await embedder.embed(EmbeddingRequest(inputs))
        counts = embedder.statistics
        #expect(again == first && counts.textCount == 2 && counts.cacheHitCount == 2 && counts.requestCount == 2)
        // The instruction counts.
        _ = try await embedder.embed(EmbeddingRequest([EmbeddingInput("one", instruction: "query: ")]))
        #expect(embedder.statistics.textCount == 3)
        let many = try await withThrowingTaskGroup(of: EmbeddingAnswer.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await embedder.embed(EmbeddingRequest([EmbeddingInput("three"), EmbeddingInput("four")]))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(many.map(\.vectors)).count == 1)
        counts = embedder.statistics
        #expect(counts.textCount == 5 && counts.requestCount == 53 && counts.liveRequestCount == 0)
        #expect(counts.cacheHitCount + counts.sharedCount == 6 + 2 * 49)
    }

    @Test("without a cache everything is read again")
    func none() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder(options: { $0.cacheByteCount = 0 })
        for _ in 0..<3 { _ = try await embedder.embed(EmbeddingRequest([EmbeddingInput("one")])) }
        #expect(embedder.statistics.textCount == 3 && embedder.statistics.cachedCount == 0)
    }

    @Test("many small requests are read in few batches")
    func batching() async throws {
        let embedder = try await EmbeddingFixture("bert").embedder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    _ = try await embedder.embed(EmbeddingRequest([EmbeddingInput("the bird of number \(number)")]))
                }
            }
            try await group.waitForAll()
        }
        #expect(embedder.statistics.textCount == 200 && embedder.statistics.batchCount < 200)
    }

    @Test("a default prompt is put before texts that come without an instruction, and is said")
    func defaultPrompt() async throws {
        let names = GGUFValue.array(GGUFArray(of: .string, [.string("document"), .string("query")]))
        let prompts = GGUFValue.array(GGUFArray(of: .string, [.string("passage: "), .string("query: ")]))
        let embedder = try await EmbeddingFixture("bert").embedder(change: { writer in
            writer.metadata["martlet.embedding.prompt_names"] = names
            writer.metadata["martlet.embedding.prompts"] = prompts
            writer.metadata["martlet.embedding.default_prompt"] = .string("query")
        })
        #expect(embedder.details.prompts == ["document": "passage: ", "query": "query: "])
        #expect(embedder.information.sources.contains { $0.contains("'query'") })
        let inputs = [nil, "query: ", ""].map { EmbeddingInput("a bird", instruction: $0) }
        let answer = try await embedder.embed(EmbeddingRequest(inputs))
        #expect(answer.vectors[0] == answer.vectors[1] && answer.vectors[0] != answer.vectors[2])
        let qwen = try await EmbeddingFixture("qwen3-embedding").embedder()
        #expect(qwen.details.prompts["query"] == "Instruct: find the bird\nQuery:" && qwen.details.defaultPrompt == nil)
    }
}
