import MartletModel
import MartletWeights
import Testing

/// Against Hugging Face transformers, which wrote the fixtures' answers.
@Suite("Decoder against transformers")
struct DecoderParityTests {
    /// With F32 weights the F16 cache is what differs: keys and values keep 11 bits, so logits of 1 to 3 move by 1e-2.
    static let halfCacheTolerance: Float = 1.5e-2

    /// With F32 weights and an F32 cache only the order of sums differs.
    static let tolerance: Float = 1e-3

    @Test(
        "gives every position's logits in one step",
        arguments: DecoderFixture.names,
        [KVFormat.f32, .f16]
    )
    func wholePrompt(name: String, format: KVFormat) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small { $0.kvFormat = format })
        let logits = try decoder.logits(of: fixture.prompt)
        let bound = format == .f32 ? Self.tolerance : Self.halfCacheTolerance
        #expect(largestDifference(logits, fixture.logits) < bound)
    }

    @Test("gives the same logits token by token, with every table of kernels", arguments: DecoderFixture.names)
    func tokenByToken(name: String) throws {
        let fixture = try DecoderFixture(name)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(
                file: fixture.file,
                options: .small { ($0.kernels, $0.kvFormat) = (kernels, .f32) }
            )
            let ones = [Int](repeating: 1, count: fixture.prompt.count)
            let logits = try decoder.logits(of: fixture.prompt, chunks: ones)
            #expect(largestDifference(logits, fixture.logits) < Self.tolerance, "\(kernels)")
        }
    }

    @Test("continues greedily with the same tokens, one at a time", arguments: DecoderFixture.names)
    func greedy(name: String) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small())
        let vocabulary = decoder.configuration.vocabularyCount
        let blocks = (0..<BlockIndex(decoder.cache.blockCount)).map { $0 }
        var plan = StepPlan()
        plan.append(tokens: fixture.prompt, firstPosition: 0, blocks: blocks, logits: .last)
        var answer: [Int32] = []
        for _ in fixture.greedy {
            let logits = try decoder.step(plan)
            #expect(logits.count == vocabulary)
            answer.append(best(logits))
            plan.removeAll()
            let position = fixture.prompt.count + answer.count - 1
            plan.append(tokens: answer.suffix(1), firstPosition: position, blocks: blocks, logits: .last)
        }
        #expect(answer == fixture.greedy)
    }
}
