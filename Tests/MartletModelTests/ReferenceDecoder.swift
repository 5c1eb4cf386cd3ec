import CMartletKernels
import Foundation
import MartletModel
import MartletWeights

/// Every family's forward pass, written for reading: one sequence, no cache, no blocks, no tiles, floats throughout.
///
/// It shares nothing with the decoder but the configuration: the oracle for shapes that the fixtures don't have.
struct ReferenceDecoder {
    /// What keys and values are rounded to before they are used, as a cache would.
    enum CacheRounding { case none, f16, q8_0 }

    let configuration: DecoderConfiguration
    let rounding: CacheRounding
    /// Rows of weights as floats by tensor name, `[rows][columns]`.
    private let tensors: [String: [[Float]]]

    init(file: GGUFFile, rounding: CacheRounding) throws {
        configuration = try DecoderConfiguration(metadata: file.metadata, tensors: file.tensors)
        self.rounding = rounding
        var tensors: [String: [[Float]]] = [:]
        for tensor in file.tensors where !tensor.name.hasPrefix("fixture.") {
            tensors[tensor.name] = (0..<tensor.rows).map { Self.floats(file, tensor, row: $0) }
        }
        self.tensors = tensors
    }

    private static func floats(_ file: GGUFFile, _ tensor: GGUFTensor, row: Int) -> [Float] {
        let bytes = file.bytes(of: tensor)
        var result = [Float](repeating: 0, count: tensor.columns)
        let kernels = martlet_kernels_named("reference")!  // The reference table is there on every machine.
        kernels.pointee.dequantize(
            martlet_format(rawValue: tensor.format.number),
            bytes.baseAddress! + row * tensor.rowByteCount,
            &result,
            tensor.columns
        )
        return result
    }

    /// Logits of every position, `[T * V]`.
    func logits(of tokens: [Int32], contextLength: Int) -> [Float] {
        let c = configuration
        var x = tokens.enumerated().map { position, token in
            var row = tensors["token_embd.weight"]![Int(token)].map { $0 * c.embeddingScale }
            if let learned = tensors["position_embd.weight"] { row = sum(row, learned[position]) }
            return row
        }
        for layer in 0..<c.layerCount {
            let attended = attention(x.map { norm($0, "blk.\(layer).attn_norm") }, layer, contextLength)
            x = zip(x, attended).map { sum($0, post($1, "blk.\(layer).post_attention_norm")) }
            let fed = x.map { feedForward(norm($0, "blk.\(layer).ffn_norm"), layer) }
            x = zip(x, fed).map { sum($0, post($1, "blk.\(layer).post_ffw_norm")) }
        }
        let head = tensors["output.weight"] == nil ? "token_embd" : "output"
        return x.flatMap { row in
            product(head, norm(row, "output_norm")).map { value in
                c.logitSoftCap.map { $0 * tanh(value / $0) } ?? value
            }
        }
    }

    private func attention(_ inputs: [[Float]], _ layer: Int, _ contextLength: Int) -> [[Float]] {
        let c = configuration
        let d = c.headWidth
        var queries: [[[Float]]] = []
        var keys: [[[Float]]] = []
        var values: [[[Float]]] = []
        for (position, input) in inputs.enumerated() {
            let row: [Float]
            if tensors["blk.\(layer).attn_qkv.weight"] != nil {
                row = product("blk.\(layer).attn_qkv", input)
            } else {
                row = ["q", "k", "v"].flatMap { product("blk.\(layer).attn_\($0)", input) }
            }
            var heads = (0..<c.headCount + 2 * c.kvHeadCount).map { Array(row[$0 * d..<($0 + 1) * d]) }
            for head in 0..<c.headCount + c.kvHeadCount {
                let name = "blk.\(layer).attn_\(head < c.headCount ? "q" : "k")_norm.weight"
                if let weight = tensors[name] { heads[head] = rms(heads[head], weight[0]) }
                heads[head] = rotated(heads[head], position, layer, contextLength)
            }
            queries.append(Array(heads[..<c.headCount]))
            keys.append(heads[c.headCount..<c.headCount + c.kvHeadCount].map(rounded))
            values.append(heads[(c.headCount + c.kvHeadCount)...].map(rounded))
        }
        return inputs.indices.map { position in
            let window = c.isWindowed[layer] ? c.slidingWindow ?? .max : .max
            let visible = (0...position).filter { position - $0 < window }
            let heads = (0..<c.headCount).flatMap { head -> [Float] in
                let kv = head / (c.headCount / c.kvHeadCount)
                var scores = visible.map { dot(queries[position][head], keys[$0][kv]) * c.attentionScale }
                if let cap = c.attentionSoftCap { scores = scores.map { cap * tanh($0 / cap) } }
                let top = scores.max() ?? 0
                let weights = scores.map { exp($0 - top) }
                let total = weights.reduce(0, +)
                return (0..<d).map { i in
                    zip(weights, visible).reduce(0) { $0 + $1.0 * values[$1.1][kv][i] } / total
                }
            }
            return product("blk.\(layer).attn_output", heads)
        }
    }

    private func feedForward(_ input: [Float], _ layer: Int) -> [Float] {
        let c = configuration
        let up = product("blk.\(layer).ffn_up", input)
        let inner: [Float]
        switch c.architecture {
        case .gpt2:
            inner = up.map(gelu)
        case .phi3:
            inner = zip(up[..<c.feedForwardWidth], up[c.feedForwardWidth...]).map { $0 / (1 + exp(-$0)) * $1 }
        case .gemma2, .gemma3:
            inner = zip(product("blk.\(layer).ffn_gate", input), up).map { gelu($0) * $1 }
        case .llama, .qwen2, .qwen3:
            inner = zip(product("blk.\(layer).ffn_gate", input), up).map { $0 / (1 + exp(-$0)) * $1 }
        }
        return product("blk.\(layer).ffn_down", inner)
    }

    /// W x + b, with the bias where the file has one; a missing q, k or v bias is zero.
    private func product(_ name: String, _ input: [Float]) -> [Float] {
        let rows = tensors[name + ".weight"]!.map { dot($0, input) }
        return tensors[name + ".bias"].map { sum(rows, $0[0]) } ?? rows
    }

    private func norm(_ row: [Float], _ name: String) -> [Float] {
        let weight = tensors[name + ".weight"]![0]
        guard configuration.architecture == .gpt2 else { return rms(row, weight) }
        let mean = row.reduce(0, +) / Float(row.count)
        let centred = row.map { $0 - mean }
        let scale = 1 / (dot(centred, centred) / Float(row.count) + configuration.normEpsilon).squareRoot()
        return sum(zip(centred, weight).map { $0 * scale * $1 }, tensors[name + ".bias"]![0])
    }

    private func rms(_ row: [Float], _ weight: [Float]) -> [Float] {
        let scale = 1 / (dot(row, row) / Float(row.count) + configuration.normEpsilon).squareRoot()
        return zip(row, weight).map { $0 * scale * $1 }
    }

    private func post(_ row: [Float], _ name: String) -> [Float] {
        tensors[name + ".weight"].map { rms(row, $0[0]) } ?? row
    }

    private func rounded(_ head: [Float]) -> [Float] {
        switch rounding {
        case .none: return head
        case .f16: return head.map { Float(Float16($0)) }
        case .q8_0:
            return stride(from: 0, to: head.count, by: 32).flatMap { start -> [Float] in
                let block = head[start..<start + 32]
                let scale = (block.map(abs).max() ?? 0) / 127
                return block.map { scale == 0 ? 0 : ($0 / scale).rounded() * Float(Float16(scale)) }
            }
        }
    }
}

extension ReferenceDecoder {
    /// One head turned by its position.
    private func rotated(_ head: [Float], _ position: Int, _ layer: Int, _ contextLength: Int) -> [Float] {
        let c = configuration
        guard let full = c.rotary else { return head }
        let isLocal = c.isWindowed[layer] && c.windowedRotary != nil
        let rotary = isLocal ? c.windowedRotary! : full
        let half = rotary.rotatedCount / 2
        let long = contextLength > c.originalContextLength ?? c.trainedContextLength ? "long" : "short"
        let factors = tensors["rope_freqs.weight"]?[0] ?? tensors["rope_factors_\(long).weight"]?[0]
        var result = head
        for i in 0..<half {
            var frequency = pow(Double(rotary.base), -2 * Double(i) / Double(rotary.rotatedCount))
            if let factors { frequency /= Double(factors[i]) }
            frequency = stretched(frequency, i, rotary)
            let (cosine, sine) = (Float(cos(Double(position) * frequency)), Float(sin(Double(position) * frequency)))
            let pair = c.architecture == .llama ? (2 * i, 2 * i + 1) : (i, i + half)
            result[pair.0] = (head[pair.0] * cosine - head[pair.1] * sine) * rotary.magnitude
            result[pair.1] = (head[pair.0] * sine + head[pair.1] * cosine) * rotary.magnitude
        }
        return result
    }

    private func stretched(_ frequency: Double, _ i: Int, _ rotary: RotaryEmbedding) -> Double {
        switch rotary.scaling {
        case .none: return frequency
        case .linear(let factor): return frequency / Double(factor)
        case .yarn(let factor, let original, let fast, let slow, _):
            func pair(_ turns: Float) -> Double {
                Double(rotary.rotatedCount) * log(Double(original) / (Double(turns) * 2 * .pi))
                    / (2 * log(Double(rotary.base)))
            }
            let (low, high) = (max(0, floor(pair(fast))), min(Double(rotary.rotatedCount - 1), ceil(pair(slow))))
            let share = min(1, max(0, (Double(i) - low) / max(0.001, high - low)))
            return frequency * (1 - share) + frequency / Double(factor) * share
        case .llama3(let factor, let low, let high, let original):
            let turns = Double(original) * frequency / (2 * .pi)
            if turns < Double(low) { return frequency / Double(factor) }
            if turns > Double(high) { return frequency }
            let share = (turns - Double(low)) / Double(high - low)
            return frequency * share + frequency / Double(factor) * (1 - share)
        }
    }
}

private func dot(_ left: [Float], _ right: [Float]) -> Float {
    Float(zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
}

private func sum(_ left: [Float], _ right: [Float]) -> [Float] {
    zip(left, right).map { $0 + $1 }
}

private func gelu(_ x: Float) -> Float {
    0.5 * x * (1 + tanh(0.7978845608 * (x + 0.044715 * x * x * x)))
}
