import MartletModel
import MartletWeights
import Testing

@Suite("Decoder configuration")
struct DecoderConfigurationTests {
    /// The error that a change of a fixture's metadata leads to.
    private func failure(_ name: String, _ change: (inout GGUFMetadata) -> Void) throws -> ModelError {
        let file = try DecoderFixture(name).file
        var metadata = file.metadata
        change(&metadata)
        return try #require(throws: ModelError.self) {
            _ = try DecoderConfiguration(metadata: metadata, tensors: file.tensors)
        }
    }

    @Test("an unknown architecture names the known ones and the nearest")
    func architecture() throws {
        let error = try failure("llama") { $0["general.architecture"] = .string("lama") }
        #expect(error.code == .unknownArchitecture)
        #expect(
            error.description == """
                general.architecture: the architecture 'lama' isn't one that Martlet runs (did you mean llama?). \
                Use a model of one of these: llama, qwen2, qwen3, gemma2, gemma3, phi3, gpt2
                """
        )
        let far = try failure("llama") { $0["general.architecture"] = .string("mamba") }
        #expect(!far.description.contains("did you mean"))
    }

    @Test(
        "numbers that make no sense are refused with their key",
        arguments: [
            ("attention.head_count", GGUFValue.uint32(0)), ("attention.head_count", .uint32(3)),
            ("attention.head_count_kv", .uint32(3)), ("attention.head_count_kv", .uint32(0)),
            ("attention.head_count", .string("four")), ("rope.dimension_count", .uint32(7)),
            ("rope.dimension_count", .uint32(10)), ("context_length", .uint32(1_000_000_000)),
            ("context_length", .uint32(0)), ("block_count", .uint32(0)), ("block_count", .uint32(4_000_000_000)),
            ("embedding_length", .int32(-32)), ("feed_forward_length", .uint64(.max)),
            ("attention.layer_norm_rms_epsilon", .float32(.nan)), ("rope.freq_base", .float32(0)),
            ("rope.scaling.type", .string("spiral")), ("rope.scaling.factor", .float32(-2)),
            ("attention.value_length", .uint32(16)), ("expert_count", .uint32(8)),
            ("attention.sliding_window", .int32(-1)), ("attention.key_length", .uint32(1 << 20)),
        ]
    )
    func numbers(key: String, value: GGUFValue) throws {
        let error = try failure("llama") { $0["llama.\(key)"] = value }
        #expect(error.key?.hasPrefix("llama.") == true)
        #expect(error.code == .invalidConfiguration)
        #expect(!error.remedy.isEmpty)
    }

    @Test("keys that have to be there", arguments: ["embedding_length", "block_count", "context_length"])
    func missing(key: String) throws {
        let error = try failure("qwen2") { $0["qwen2.\(key)"] = nil }
        #expect(error.key == "qwen2.\(key)")
        #expect(error.detail == "the key is missing")
    }

    @Test("windows follow the family's pattern or the file's")
    func windows() throws {
        let gemma = try Decoder(file: DecoderFixture("gemma3").file, options: .small()).configuration
        #expect(gemma.isWindowed == [true, true, true, true, true, false, true])
        #expect(gemma.windowedRotary?.base == 10000)
        #expect(gemma.rotary?.scaling == .linear(factor: 8))
        let mistral = try Decoder(file: DecoderFixture("mistral").file, options: .small()).configuration
        #expect(mistral.isWindowed == [true, true])
        #expect(mistral.slidingWindow == 12)

        let file = try DecoderFixture("gemma2").file
        var metadata = file.metadata
        metadata["gemma2.attention.sliding_window_pattern"] = .array(GGUFArray(of: .bool, [.bool(false), .bool(true)]))
        let configuration = try DecoderConfiguration(metadata: metadata, tensors: file.tensors)
        #expect(configuration.isWindowed == [false, true])
    }

    @Test("Llama 3's stretch from metadata is the one from the tensor")
    func stretch() throws {
        let fixture = try DecoderFixture("llama3")
        var metadata = fixture.file.metadata
        metadata["llama.rope.scaling.type"] = .string("llama3")
        metadata["llama.rope.scaling.factor"] = .float32(8)
        metadata["llama.rope.scaling.low_freq_factor"] = .float32(1)
        metadata["llama.rope.scaling.high_freq_factor"] = .float32(4)
        metadata["llama.rope.scaling.original_context_length"] = .uint32(64)
        var writer = GGUFWriter(metadata: metadata)
        for tensor in fixture.file.tensors where tensor.name != "rope_freqs.weight" {
            let bytes = Array(fixture.file.bytes(of: tensor))
            try writer.add(tensor.name, shape: tensor.shape, format: tensor.format, bytes: bytes)
        }
        let decoder = try Decoder(file: openTemporary(try writer.encoded()), options: .small())
        let logits = try decoder.logits(of: fixture.prompt)
        #expect(largestDifference(logits, fixture.logits) < DecoderParityTests.halfCacheTolerance)
    }

    @Test("a file whose tensors don't fit says which and how")
    func tensors() throws {
        func failure(_ change: (GGUFTensor) -> (name: String, shape: [Int])?) throws -> ModelError {
            let file = try DecoderFixture("llama").file
            var writer = GGUFWriter(metadata: file.metadata)
            for tensor in file.tensors {
                guard let (name, shape) = change(tensor) else { continue }
                let bytes = Array(file.bytes(of: tensor).prefix(shape.reduce(4, *)))
                try writer.add(name, shape: shape, format: tensor.format, bytes: bytes)
            }
            let changed = try openTemporary(try writer.encoded())
            return try #require(throws: ModelError.self) { _ = try Decoder(file: changed, options: .small()) }
        }
        let missing = try failure { $0.name == "blk.1.ffn_up.weight" ? nil : ($0.name, $0.shape) }
        #expect(missing.code == .missingTensor && missing.tensor == "blk.1.ffn_up.weight")
        let narrow = try failure { ($0.name, $0.name == "blk.0.attn_q.weight" ? [32, 31] : $0.shape) }
        #expect(narrow.code == .wrongShape && narrow.description.contains("expected [32, 32], found [32, 31]"))
        let short = try failure { ($0.name, $0.name == "output_norm.weight" ? [31] : $0.shape) }
        #expect(short.code == .wrongShape && short.tensor == "output_norm.weight")
        let head = try failure { ($0.name, $0.name == "output.weight" ? [32, 95] : $0.shape) }
        #expect(head.code == .wrongShape && head.tensor == "output.weight")
        let extra = try failure { ($0.name == "fixture.logits" ? "blk.0.attn_q.scale" : $0.name, $0.shape) }
        #expect(extra.code == .unexpectedTensor && extra.tensor == "blk.0.attn_q.scale")
        let bare = try failure { $0.name == "token_embd.weight" ? nil : ($0.name, $0.shape) }
        #expect(bare.code == .missingTensor && bare.tensor == "token_embd.weight")
    }

    @Test("random metadata never traps", arguments: DecoderFixture.names)
    func fuzz(name: String) throws {
        let file = try DecoderFixture(name).file
        var random = SplitMix(state: 7)
        let keys = file.metadata.keys.filter { !$0.hasPrefix("fixture.") }
        let names = [
            "rope.scaling.type", "rope.scaling.factor", "rope.dimension_count", "attention.sliding_window",
            "attention.sliding_window_pattern", "attention.key_length", "attention.value_length", "rope.freq_base",
            "rope.scaling.original_context_length", "attention.head_count_kv", "attn_logit_softcapping",
        ]
        var accepted = 0
        for _ in 0..<3000 {
            var metadata = file.metadata
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let architecture = name == "mistral" ? "llama" : String(name.prefix { $0 != "-" })
                let prefix = architecture == "llama3" ? "llama" : architecture
                let key = Bool.random(using: &random) ? keys.randomElement(using: &random) : nil
                metadata[key ?? "\(prefix).\(names.randomElement(using: &random) ?? "")"] = Self.value(&random)
            }
            do {
                _ = try DecoderConfiguration(metadata: metadata, tensors: file.tensors)
                accepted += 1
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(accepted > 0 && accepted < 3000)
    }

    private static func value(_ random: inout SplitMix) -> GGUFValue {
        let extremes: [UInt64] = [0, 1, 2, 3, 4, 7, 8, 31, 32, 255, 65535, 1 << 31, .max]
        let number = extremes.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return .uint64(number)
        case 1: return .uint32(UInt32(truncatingIfNeeded: number))
        case 2: return .int32(Int32(truncatingIfNeeded: number))
        case 3: return .float32([0, -1, 1, 8, .nan, .infinity, 1e-30, 1e30].randomElement(using: &random) ?? 0)
        case 4: return .bool(number & 1 == 0)
        case 5:
            return .string(["yarn", "linear", "llama3", "longrope", "", "llama"].randomElement(using: &random) ?? "")
        case 6: return .array(GGUFArray(of: .bool, (0..<number % 9).map { .bool($0 & 1 == 0) }))
        case 7: return .array(GGUFArray((0..<number % 9).map { _ in Int32(truncatingIfNeeded: number) }))
        default: return .float64(Double(number))
        }
    }
}
