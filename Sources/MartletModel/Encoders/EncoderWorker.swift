internal import CMartletKernels
internal import MartletWeights

/// One worker's way through a batch; all workers of a team walk it together.
///
/// A phase shares out units of work through the team's counter and ends at a barrier. Families that norm first (T5) keep
/// the rows as they are and norm what a product reads; the others (BERT) norm each sum, and that is the next row.
///
/// Batches of many short texts are walked apart instead: each worker takes whole texts, a group of them at a time, and
/// reads them alone, so that nobody waits and what it computes stays near it.
struct EncoderWorker {
    let context: UnsafePointer<EncoderContext>
    let member: TeamMember
    let memory: UnsafePointer<WorkerMemory>
    let kernels: UnsafePointer<martlet_kernels>

    init(context: UnsafePointer<EncoderContext>, member: TeamMember) {
        self.init(
            context: context,
            member: member,
            memory: UnsafePointer(context.pointee.workers + member.index)
        )
    }

    private init(
        context: UnsafePointer<EncoderContext>,
        member: TeamMember,
        memory: UnsafePointer<WorkerMemory>
    ) {
        self.context = context
        self.member = member
        self.memory = memory
        kernels = context.pointee.kernels
    }

    /// Runs the batch.
    func run() {
        guard context.pointee.groupCount > 0 else { return walk() }
        member.withLoneMember { alone in
            while true {
                let unit = member.takeUnit()
                guard unit < context.pointee.groupCount, let group = context.pointee.groups?[unit] else { return }
                var part = context.pointee.part(group)
                withUnsafePointer(to: &part) { part in
                    EncoderWorker(context: part, member: alone, memory: memory).walk()
                }
            }
        }
    }

    /// Walks all layers with all rows of the context.
    private func walk() {
        let c = context
        let first = c.pointee.layers
        guard c.pointee.gate.waits(for: .embedding, member) else { return }
        embed(
            norm: c.pointee.normsFirst ? (first.pointee.attentionNorm, first.pointee.attentionNormBias) : nil,
            kinds: qkvKinds(first)
        )
        for index in 0..<c.pointee.layerCount {
            let layer = c.pointee.layers + index
            guard c.pointee.gate.waits(for: .layer(index), member) else { return }
            projectQKV(layer)
            member.meet()
            attend()
            member.meet()
            prepare(
                c.pointee.attention,
                stride: c.pointee.strides.attention,
                count: c.pointee.headCount * c.pointee.headWidth,
                kinds: layer.pointee.output.activation
            )
            project(layer.pointee.output)
            member.meet()
            let inner = layer.pointee.gate?.activation.union(layer.pointee.up.activation) ?? layer.pointee.up.activation
            join(
                bias: layer.pointee.outputBias,
                norm: c.pointee.normsFirst
                    ? (layer.pointee.feedForwardNorm, layer.pointee.feedForwardNormBias)
                    : (layer.pointee.attentionNorm, layer.pointee.attentionNormBias),
                kinds: inner
            )
            expand(layer)
            member.meet()
            prepare(
                c.pointee.hidden,
                stride: c.pointee.strides.hidden,
                count: c.pointee.feedForwardWidth,
                kinds: layer.pointee.down.activation
            )
            project(layer.pointee.down)
            member.meet()
            joinLast(layer, isLast: index == c.pointee.layerCount - 1)
        }
    }

    /// Ends a layer: the sum, and what the next layer reads or the batch gives back.
    private func joinLast(_ layer: UnsafePointer<EncoderLayer>, isLast: Bool) {
        let c = context
        if !c.pointee.normsFirst {
            join(
                bias: layer.pointee.downBias,
                norm: (layer.pointee.feedForwardNorm, layer.pointee.feedForwardNormBias),
                kinds: isLast ? [] : qkvKinds(layer + 1)
            )
        } else if isLast {
            join(
                bias: layer.pointee.downBias,
                norm: c.pointee.outputNorm.map { ($0, nil) },
                kinds: [],
                keepsNorm: true
            )
        } else {
            let next = layer + 1
            join(
                bias: layer.pointee.downBias,
                norm: (next.pointee.attentionNorm, next.pointee.attentionNormBias),
                kinds: qkvKinds(next)
            )
        }
    }

    private func qkvKinds(_ layer: UnsafePointer<EncoderLayer>) -> ActivationKinds {
        [layer.pointee.query.activation, layer.pointee.key.activation, layer.pointee.value.activation]
    }
}
