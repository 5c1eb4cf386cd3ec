import MartletModel
import Testing

/// The oracle is itself checked against transformers, and the decoder against the oracle with its cache's rounding.
@Suite("Reference decoder")
struct ReferenceDecoderTests {
    /// Issue bound for F32 weights.
    static let tolerance: Float = 1e-3

    @Test("agrees with transformers at every position", arguments: DecoderFixture.names)
    func oracle(name: String) throws {
        let fixture = try DecoderFixture(name)
        let reference = try ReferenceDecoder(file: fixture.file, rounding: .none)
        let difference = largestDifference(reference.logits(of: fixture.prompt, contextLength: 128), fixture.logits)
        #expect(difference < 1e-4)
    }

    @Test("with a half-precision cache is what the decoder computes", arguments: DecoderFixture.names)
    func decoder(name: String) throws {
        let fixture = try DecoderFixture(name)
        let reference = try ReferenceDecoder(file: fixture.file, rounding: .f16)
        let expected = reference.logits(of: fixture.prompt, contextLength: 128)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(file: fixture.file, options: .small { $0.kernels = kernels })
            let difference = largestDifference(try decoder.logits(of: fixture.prompt), expected)
            #expect(difference < Self.tolerance)
        }
    }
}
