import MartletModel
import MartletWeights
import Testing

/// Weights in every format, against the same weights dequantised to floats.
@Suite("Decoder on quantised weights")
struct DecoderFormatTests {
    /// Root mean square of the difference over that of the logits.
    ///
    /// Floats differ by the order of sums only. Quantised weights are multiplied with inputs of 8 bits in blocks, each
    /// off by up to 1/254 of its block's largest: some 0.6% per product, nine products deep, and random layers pass on
    /// more than they get. 3.0% to 3.4% were measured in every format.
    static func tolerance(_ format: TensorFormat) -> Float {
        [.f32, .f16, .bf16].contains(format) ? 1e-3 : 0.045
    }

    @Test("every format answers like its dequantised self", arguments: TensorFormat.all)
    func formats(format: TensorFormat) throws {
        let file = try TinyModel(format: format).open()
        let tokens = (0..<37).map { Int32($0 * 31 % 80) }
        let expected = try ReferenceDecoder(file: file, rounding: .f16).logits(of: tokens, contextLength: 128)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(file: file, options: .small { $0.kernels = kernels })
            for chunks in [[20, 16, 1]] {
                let found = try decoder.logits(of: tokens, chunks: chunks)
                let error = relativeError(found, expected)
                #expect(error < Self.tolerance(format), "\(kernels), chunks of \(chunks)")
            }
        }
    }

    @Test("an 8-bit cache stays within its rounding", arguments: [32, 64, 96])
    func cache(headWidth: Int) throws {
        let file = try TinyModel(width: 128, headWidth: headWidth, feedForwardWidth: 160).open()
        let tokens = (0..<75).map { Int32($0 * 17 % 80) }
        let rounded = try ReferenceDecoder(file: file, rounding: .q8_0).logits(of: tokens, contextLength: 128)
        let exact = try ReferenceDecoder(file: file, rounding: .none).logits(of: tokens, contextLength: 128)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(file: file, options: .small { ($0.kernels, $0.kvFormat) = (kernels, .q8_0) })
            let found = try decoder.logits(of: tokens, chunks: [70, 1, 4])
            #expect(relativeError(found, rounded) < 0.01)
            #expect(relativeError(found, exact) < 0.02)
        }
    }

    @Test("shapes that divide by nothing", arguments: [1, 2, 7])
    func awkwardShapes(group: Int) throws {
        let model = TinyModel(
            width: 52,
            headCount: 3 * group,
            kvHeadCount: 3,
            headWidth: 18,
            feedForwardWidth: 77,
            layerCount: 3,
            vocabularyCount: 83
        )
        let file = try model.open()
        let tokens = (0..<67).map { Int32($0 * 29 % 83) }
        let expected = try ReferenceDecoder(file: file, rounding: .f16).logits(of: tokens, contextLength: 128)
        for kernels in Decoder.availableKernels {
            for threads in 1...3 {
                let options = DecoderOptions.small { ($0.kernels, $0.threadCount) = (kernels, threads) }
                let decoder = try Decoder(file: file, options: options)
                #expect(relativeError(try decoder.logits(of: tokens, chunks: [61, 1, 5]), expected) < 2e-3)
            }
        }
    }

    @Test("a window hides what lies before it, wherever chunks end", arguments: [1, 31, 32, 33, 50])
    func windows(length: Int) throws {
        let file = try TinyModel(
            width: 64,
            headWidth: 16,
            feedForwardWidth: 96,
            more: [("attention.sliding_window", .uint32(UInt32(length)))]
        ).open()
        let tokens = (0..<96).map { Int32($0 * 23 % 80) }
        let expected = try ReferenceDecoder(file: file, rounding: .f16).logits(of: tokens, contextLength: 128)
        for kernels in Decoder.availableKernels {
            let decoder = try Decoder(file: file, options: .small { $0.kernels = kernels })
            for chunks in [[96], [33, 62, 1], Array(repeating: 8, count: 12)] {
                #expect(relativeError(try decoder.logits(of: tokens, chunks: chunks), expected) < 2e-3)
            }
        }
    }
}

/// Root mean square of the difference over that of `expected`.
func relativeError(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let difference = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let error = (difference / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
    return error.isNaN ? .infinity : error
}
