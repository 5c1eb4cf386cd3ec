import MartletModel
import MartletWeights
import Testing

/// Against Hugging Face transformers, which wrote the fixtures' answers.
@Suite("Decoder against transformers")
struct DecoderParityTests {
    /// With F32 weights the F16 cache is what differs: keys and values keep 11 bits, so logits of 1 to 3 move by 1e-2.
    static let halfCacheTolerance: Float = 1.5e-2

    @Test("gives every position's logits in one step", arguments: DecoderFixture.names)
    func wholePrompt(name: String) throws {
        let fixture = try DecoderFixture(name)
        let decoder = try Decoder(file: fixture.file, options: .small())
        let logits = try decoder.logits(of: fixture.prompt)
        #expect(largestDifference(logits, fixture.logits) < Self.halfCacheTolerance)
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
