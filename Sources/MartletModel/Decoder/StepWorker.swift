internal import CMartletKernels
internal import MartletWeights

/// One worker's way through a step; all workers of a team walk it together.
///
/// A phase shares out units of work through the team's counter and ends at a barrier. Phases of a layer: queries, keys
/// and values (with biases, norms, rotation and the cache's writes); attention; its output projection; gate and up with
/// their activation; down. Between them every row is added, normed and turned into a product's input: in steps of few
/// rows by each worker for itself (that is cheaper than a barrier), else as a phase of its own.
struct StepWorker {
    let context: UnsafePointer<StepContext>
    let member: TeamMember
    let memory: UnsafePointer<WorkerMemory>
    let kernels: UnsafePointer<martlet_kernels>
    /// The rows that this part of the step is about.
    var rows: RowSet

    init(context: UnsafePointer<StepContext>, member: TeamMember) {
        self.context = context
        self.member = member
        memory = UnsafePointer(context.pointee.workers + member.index)
        kernels = context.pointee.kernels
        rows = RowSet(
            count: context.pointee.rowCount,
            isPrivate: context.pointee.rowCount <= context.pointee.privateRowLimit,
            selection: nil
        )
    }

    /// Runs the step.
    mutating func run() {
        let c = context
        guard areThere(.embedding) else { return }
        embed()
        var pending = Pending.nothing
        for index in 0..<c.pointee.layerCount {
            let layer = c.pointee.layers + index
            let isLast = index == c.pointee.layerCount - 1
            guard areThere(.layer(index)) else { return }
            prepare(
                pending,
                norm: (layer.pointee.attentionNorm, layer.pointee.attentionNormBias),
                kinds: [layer.pointee.query.activation, layer.pointee.key.activation, layer.pointee.value.activation]
            )
            projectQKV(layer, index: index)
            member.meet()
            if isLast && c.pointee.logitCount == 0 { return }
            attend(layer, index: index)
            member.meet()
            if isLast { selectLogitRows() }
            prepareFloats(
                c.pointee.attention,
                stride: c.pointee.strides.attention,
                count: c.pointee.headCount * c.pointee.headWidth,
                kinds: layer.pointee.output.activation,
                isSelected: isLast
            )
            project(layer.pointee.output, to: c.pointee.y, stride: c.pointee.strides.x)
            member.meet()
            prepare(
                Pending(bias: layer.pointee.outputBias, norm: layer.pointee.postAttentionNorm),
                norm: (layer.pointee.feedForwardNorm, layer.pointee.feedForwardNormBias),
                kinds: layer.pointee.gate?.activation.union(layer.pointee.up.activation) ?? layer.pointee.up.activation
            )
            expand(layer)
            member.meet()
            prepareFloats(
                c.pointee.hidden,
                stride: c.pointee.strides.hidden,
                count: c.pointee.feedForwardWidth,
                kinds: layer.pointee.down.activation,
                isSelected: false
            )
            project(layer.pointee.down, to: c.pointee.y, stride: c.pointee.strides.x)
            member.meet()
            pending = Pending(bias: layer.pointee.downBias, norm: layer.pointee.postFeedForwardNorm)
        }
        guard areThere(.output) else { return }
        prepare(
            pending,
            norm: (c.pointee.outputNorm, c.pointee.outputNormBias),
            kinds: c.pointee.head.activation
        )
        guard !c.pointee.givesRows else { return keepRows() }
        project(
            c.pointee.head,
            to: c.pointee.logits,
            stride: c.pointee.vocabularyCount,
            softCap: c.pointee.logitSoftCap
        )
    }

    /// Puts the rows of the last norm where the step's caller finds them.
    private func keepRows() {
        let c = context
        guard member.index == 0 else { return }
        // Nobody reads the residual stream any more.
        let source = activations.floats
        let byteStride = martlet_activation_row_bytes(MARTLET_ACTIVATION_F32, c.pointee.width)
        for i in 0..<rows.count {
            let row = (source + i * byteStride).assumingMemoryBound(to: Float.self)
            (c.pointee.x + i * c.pointee.strides.x).update(from: row, count: c.pointee.width)
        }
    }

    /// From here on only the rows whose logits are wanted go on.
    private mutating func selectLogitRows() {
        let c = context
        let isPrivate = c.pointee.logitCount <= c.pointee.privateRowLimit
        if isPrivate && !rows.isPrivate {
            for i in 0..<c.pointee.logitCount {
                let source = c.pointee.x + Int(c.pointee.logitRows[i]) * c.pointee.strides.x
                (memory.pointee.x + i * c.pointee.strides.x).update(from: source, count: c.pointee.width)
            }
        } else if isPrivate {
            // Ascending, and i <= logitRows[i]: no row is overwritten before it was moved.
            for i in 0..<c.pointee.logitCount where Int(c.pointee.logitRows[i]) != i {
                let source = memory.pointee.x + Int(c.pointee.logitRows[i]) * c.pointee.strides.x
                (memory.pointee.x + i * c.pointee.strides.x).update(from: source, count: c.pointee.width)
            }
        }
        rows = RowSet(
            count: c.pointee.logitCount,
            isPrivate: isPrivate,
            selection: UnsafePointer(c.pointee.logitRows)
        )
    }
}

/// The rows that a part of the step is about.
struct RowSet {
    /// How many.
    var count: Int
    /// Whether every worker prepares them all for itself.
    var isPrivate: Bool
    /// The step's row behind each, or nil when all rows take part.
    var selection: UnsafePointer<Int32>?
}

/// What is still to be added to the residual stream: the last product's result.
struct Pending {
    /// Whether there is any; the first layer starts with the bare embedding.
    var isThere = true
    /// A bias of that product.
    var bias: UnsafePointer<Float>?
    /// A norm before the sum.
    var norm: UnsafePointer<Float>?

    static var nothing: Pending { Pending(isThere: false) }
}
