import Foundation
import MartletConversion
import MartletCore
import MartletModel
import MartletPrompt
import MartletWeights
import Testing

@Suite("Folders of Hugging Face become files that answer as transformers does")
struct ConversionTests {

    @Test("decoders, from every kind of checkpoint", arguments: ConversionFixture.decoders)
    func decoders(name: String) throws {
        let fixture = try ConversionFixture(name)
        let file = try fixture.converted()
        var options = DecoderOptions()
        options.threadCount = 1
        // Within the first 32 positions Phi 3 takes its short factors, as transformers does.
        options.contextLength = name == "phi3" ? 32 : 128
        let decoder = try Decoder(file: file, options: options)
        let blocks = (0..<BlockIndex(decoder.cache.blockCount)).map { $0 }
        var plan = StepPlan()
        plan.append(tokens: fixture.ids, firstPosition: 0, blocks: blocks, logits: .last)
        let difference = largestDifference(Array(try decoder.step(plan)), fixture.row)
        // The cache keeps 16-bit floats.
        #expect(difference < 4e-3)
    }

    @Test("encoders with what stands behind them", arguments: ConversionFixture.encoders)
    func encoders(name: String) throws {
        let fixture = try ConversionFixture(name)
        let file = try fixture.converted()
        var options = EncoderOptions()
        options.threadCount = 1
        let encoder = try Encoder(file: file, options: options)
        var batch = EncoderBatch()
        batch.append(tokens: fixture.ids)
        let rows = try encoder.encode(batch)
        if name == "reranker" {
            let score = try RankHead(file: file, width: 32).score(of: rows, first: 0)
            #expect(largestDifference([score], fixture.row) < 1e-4)
            return
        }
        let prefix = encoder.configuration.architecture.rawValue
        let head = try EmbeddingHead(file: file, width: encoder.configuration.width, prefix: prefix)
        var expected = fixture.row
        EmbeddingHead.normalize(&expected)
        #expect(head.normalizes && head.pooling == .mean)
        #expect(largestDifference(try head.vector(of: rows, text: 0..<fixture.ids.count), expected) < 1e-4)
    }

    @Test("16-bit floats stay near", arguments: ["llama3", "gpt2"])
    func halves(name: String) throws {
        let fixture = try ConversionFixture(name)
        for precision in [ModelConverter.Precision.f16, .bf16] {
            let exact = try fixture.converted()
            let file = try fixture.converted(precision: precision)
            for tensor in exact.tensors {
                let found = try #require(file.tensor(named: tensor.name))
                #expect(found.shape == tensor.shape)
                #expect(
                    found.format
                        == (tensor.rows == 1 || tensor.name.contains("position")
                            ? .f32 : precision == .f16 ? .f16 : .bf16)
                )
            }
        }
    }

    @Test("the chat template comes along")
    func template() throws {
        let file = try ConversionFixture("llama3").converted()
        #expect(try file.metadata.string("tokenizer.chat_template") == "{{ messages[0]['content'] }}")
    }
}
