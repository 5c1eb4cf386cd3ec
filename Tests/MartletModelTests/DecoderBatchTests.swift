import MartletModel
import MartletWeights
import Testing

/// However rows are cut and mixed, the answers are those of one whole prompt.
@Suite("Decoder batches")
struct DecoderBatchTests {
    /// Only the order of sums differs between ways to cut a prompt, and how that rounds in the F16 cache.
    static let tolerance: Float = 4e-3

    @Test(
        "a prompt token by token, or in uneven chunks, is the prompt at once",
        arguments: DecoderFixture.names,
        [[1], [2, 3], [31, 33, 6], [64, 5, 1], [7]]
    )
    func chunks(name: String, pattern: [Int]) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small())
        var chunks: [Int] = []
        while chunks.reduce(0, +) < fixture.prompt.count {
            let left = fixture.prompt.count - chunks.reduce(0, +)
            chunks.append(min(left, pattern[chunks.count % pattern.count]))
        }
        let whole = try decoder.logits(of: fixture.prompt)
        let parts = try decoder.logits(of: fixture.prompt, chunks: chunks)
        #expect(largestDifference(whole, parts) < Self.tolerance)
    }

    @Test("sequences in one step answer as they do alone", arguments: DecoderFixture.names)
    func sequences(name: String) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small { $0.blockCount = 12 })
        // Three sequences with scattered blocks: two that decode, one whose prompt comes in two chunks.
        let prompts = [Array(fixture.prompt[..<40]), Array(fixture.prompt[5..<66]), Array(fixture.prompt[10..<47])]
        let tables: [[BlockIndex]] = [[11, 2], [5, 0, 7], [3, 9]]
        var alone: [[Float]] = []
        for (prompt, table) in zip(prompts, tables) {
            alone.append(try decoder.logits(of: prompt, table: table))
        }
        _ = try decoder.logits(of: Array(prompts[0].dropLast()), table: tables[0])
        _ = try decoder.logits(of: Array(prompts[1].dropLast(2)), table: tables[1])
        var plan = StepPlan()
        plan.append(tokens: prompts[0].suffix(1), firstPosition: 39, blocks: tables[0], logits: .last)
        plan.append(tokens: prompts[2].prefix(20), firstPosition: 0, blocks: tables[2], logits: .none)
        plan.append(tokens: prompts[1].suffix(2), firstPosition: 59, blocks: tables[1], logits: .all)
        let first = Array(try decoder.step(plan))
        plan.removeAll()
        plan.append(tokens: prompts[2].dropFirst(20), firstPosition: 20, blocks: tables[2], logits: .last)
        let second = Array(try decoder.step(plan))

        let vocabulary = decoder.configuration.vocabularyCount
        let expected = alone[0].suffix(vocabulary) + alone[1].suffix(2 * vocabulary)
        #expect(largestDifference(first, Array(expected)) < Self.tolerance)
        #expect(largestDifference(second, Array(alone[2].suffix(vocabulary))) < Self.tolerance)
    }

    @Test("a copied block continues like the original", arguments: ["llama", "gemma2"])
    func forks(name: String) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small { $0.blockCount = 6 })
        let prompt = Array(fixture.prompt[..<40])
        _ = try decoder.logits(of: prompt, table: [0, 1])
        decoder.copyBlock(from: 1, to: 4)
        let next = fixture.prompt[40]
        let other = try decoder.logits(of: [next ^ 1], firstPosition: 40, table: [0, 1])
        let forked = try decoder.logits(of: [next], firstPosition: 40, table: [0, 4])
        let original = try decoder.logits(of: [next], firstPosition: 40, table: [0, 1])
        #expect(forked == original)
        #expect(other != original)
    }

    @Test("any number of threads gives the same logits", arguments: DecoderFixture.names, [2, 3])
    func threads(name: String, count: Int) throws {
        let fixture = try DecoderFixture(name)
        let one = try Decoder(file: fixture.file, options: .small())
        let other = try Decoder(file: fixture.file, options: .small { $0.threadCount = count })
        for chunks in [[70], [69, 1], [60, 2, 8]] {
            let expected = try one.logits(of: fixture.prompt, chunks: chunks)
            #expect(largestDifference(try other.logits(of: fixture.prompt, chunks: chunks), expected) < Self.tolerance)
        }
    }

    @Test("a tiny model has one thread, unless somebody wants more")
    func tiny() throws {
        let fixture = try DecoderFixture("llama")
        let usual = try Decoder(file: fixture.file, options: .small { $0.threadCount = nil })
        #expect(usual.threadCount == 1)
        let wanted = try Decoder(file: fixture.file, options: .small { $0.threadCount = 2 })
        #expect(wanted.threadCount == 2)
    }

    @Test("every kernel table of this machine gives the same logits", arguments: DecoderFixture.names)
    func kernels(name: String) throws {
        let fixture = try DecoderFixture(name)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(file: fixture.file, options: .small { $0.kernels = kernels })
            #expect(decoder.kernelsName == kernels)
            let logits = try decoder.logits(of: fixture.prompt, chunks: [66, 1, 3])
            #expect(largestDifference(logits, fixture.logits) < DecoderParityTests.halfCacheTolerance)
        }
    }
}
