/// A part of a model's weights that a step comes to at a time; stages are ordered as a step comes to them.
public struct WeightStage: Hashable, Comparable, Sendable {
    /// The stage's place: vectors, embeddings, then the layers; ``output`` is behind them all.
    package let place: Int

    private init(place: Int) {
        self.place = place
    }

    /// Norms, biases and everything else of one row, of all layers: they are copied before the first step.
    public static let vectors = WeightStage(place: 0)
    /// Embeddings, and whatever else belongs to no layer.
    public static let embedding = WeightStage(place: 1)
    /// What turns the last layer's rows into scores.
    public static let output = WeightStage(place: .max - 1)

    /// A layer's matrices.
    ///
    /// - Parameter index: From 0; a decoder behind an encoder goes on counting.
    public static func layer(_ index: Int) -> WeightStage {
        precondition(index >= 0 && index < .max - 3, "no layer has such a number")
        return WeightStage(place: 2 + index)
    }

    /// The earlier stage first.
    public static func < (left: WeightStage, right: WeightStage) -> Bool { left.place < right.place }
}

/// Tensors in the order in which a step uses them.
struct TensorOrder {
    /// The tensors with their stages.
    let entries: [(tensor: GGUFTensor, stage: WeightStage)]

    /// Sorts a file's tensors; equal ones keep the file's order.
    init(_ tensors: [GGUFTensor]) {
        let places = tensors.map { Place(name: $0.name) }
        let encoderLayerCount = places.reduce(0) { $1.isEncoders ? max($0, ($1.layer ?? -1) + 1) : $0 }
        var sorted: [(tensor: GGUFTensor, stage: WeightStage, layer: Int, part: Int)] = []
        for (tensor, place) in zip(tensors, places) {
            let layer = place.layer.map { $0 + (place.isDecoders ? encoderLayerCount : 0) }
            let stage: WeightStage =
                if tensor.rows == 1 {
                    .vectors
                } else if let layer {
                    .layer(layer)
                } else {
                    place.isOutput ? .output : .embedding
                }
            sorted.append((tensor, stage, layer ?? (place.isOutput ? .max : -1), place.part))
        }
        sorted.sort {
            ($0.stage.place, $0.layer, $0.part, $0.tensor.offset) < (
                $1.stage.place, $1.layer, $1.part, $1.tensor.offset
            )
        }
        entries = sorted.map { ($0.tensor, $0.stage) }
    }

    /// What a tensor's name says about where it is used.
    private struct Place {
        var layer: Int?
        var isEncoders = false
        var isDecoders = false
        var isOutput = false
        /// Its place among its layer's tensors.
        var part = 0

        private static let parts = [
            "attn_norm", "attn_qkv", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up",
            "ffn_down",
        ]
        /// Layers beyond this are names that only look like a layer's.
        private static let layerLimit = 1 << 16

        init(name: String) {
            var pieces = name.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)[...]
            let isCoder = pieces.count > 1 && pieces.dropFirst().first == "blk"
            if isCoder, pieces.first == "enc" { isEncoders = true }
            if isCoder, pieces.first == "dec" { isDecoders = true }
            if isEncoders || isDecoders { pieces = pieces.dropFirst() }
            guard pieces.first == "blk", let number = pieces.dropFirst().first.flatMap({ Int($0) }),
                (0..<Self.layerLimit).contains(number)
            else {
                isEncoders = false
                isDecoders = false
                isOutput = name.hasPrefix("output") || name.hasPrefix("cls") || name.hasPrefix("dec.output")
                return
            }
            layer = number
            let rest = pieces.dropFirst(2).first ?? ""
            part = Self.parts.firstIndex { rest.hasPrefix($0) } ?? Self.parts.count
        }
    }
}

extension GGUFFile {
    /// Whether the tensors lie in the file as a step comes to them, as `martlet pack` writes them.
    public var isInOrderOfUse: Bool {
        let offsets = TensorOrder(tensors).entries.map(\.tensor.offset)
        return zip(offsets, offsets.dropFirst()).allSatisfy { $0 < $1 }
    }
}
