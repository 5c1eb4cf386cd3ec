internal import CMartletKernels
internal import MartletWeights
internal import Synchronization

extension Decoder {
    /// Runs one step: every row's keys and values go to the cache, and the wanted rows' logits come back.
    ///
    /// - Parameter plan: Rows of any number of sequences; see ``StepPlan``.
    /// - Returns: `[logitRows, V]` in the order of `plan.logitRows`, valid until the next step.
    /// - Throws: ``ModelError`` with `invalidPlan`, before anything is computed, and with `unreadableWeights` when the
    ///   file was cut short or its disk fails; what the step has written to the cache is of no use then.
    /// - Complexity: Reads all weights once, whatever the number of rows; allocates nothing.
    public func step(_ plan: borrowing StepPlan) throws(ModelError) -> UnsafeBufferPointer<Float> {
        try run(plan, givesRows: false)
        return UnsafeBufferPointer(
            start: context.pointee.logits,
            count: context.pointee.logitCount * configuration.vocabularyCount
        )
    }

    /// Runs one step that gives rows in the place of logits: what the last norm makes of the rows whose logits the plan
    /// wants, for models whose rows become vectors.
    ///
    /// - Returns: `[logitRows, D]` in the order of `plan.logitRows`, valid until the next step.
    /// - Throws: As ``step(_:)``.
    public func rows(of plan: borrowing StepPlan) throws(ModelError) -> EncodedRows {
        try run(plan, givesRows: true)
        return EncodedRows(
            base: UnsafePointer(context.pointee.x),
            stride: context.pointee.strides.x,
            width: configuration.width,
            count: context.pointee.logitCount
        )
    }

    private func run(_ plan: borrowing StepPlan, givesRows: Bool) throws(ModelError) {
        try load(plan)
        context.pointee.givesRows = givesRows
        try lookAtWeights()
        plan.blocks.withUnsafeBufferPointer { blocks in
            context.pointee.blocks = blocks.baseAddress
            team.run(UnsafeMutableRawPointer(context)) { context, index, team in
                var worker = StepWorker(
                    context: UnsafePointer(context.assumingMemoryBound(to: StepContext.self)),
                    member: TeamMember(index: index, of: team)
                )
                worker.run()
            }
            context.pointee.blocks = nil
        }
        if missingStage.pointee.load(ordering: .relaxed) != .max { try lookAtWeights() }
    }

    /// Makes sure that the weights can be read, and finds out whether they have to be waited for.
    private func lookAtWeights() throws(ModelError) {
        do {
            try weights.file.checkReadability()
        } catch {
            throw ModelError(unreadable: error)
        }
        let reading = weights.file.reading.flatMap { $0.isOver ? nil : $0 }
        context.pointee.reading = reading.map { Unmanaged.passUnretained($0) }
    }

    /// Checks the plan and copies it to where the workers read it.
    private func load(_ plan: borrowing StepPlan) throws(ModelError) {
        let rowCount = plan.tokens.count
        guard rowCount > 0, rowCount <= maximumRowCount else {
            throw invalid("\(rowCount) rows", "A step takes 1 to \(maximumRowCount) rows.")
        }
        guard plan.logitRows.count <= maximumLogitRowCount else {
            throw invalid("\(plan.logitRows.count) rows with logits", "A step gives at most \(maximumLogitRowCount).")
        }
        for row in 0..<rowCount {
            let token = plan.tokens[row]
            guard token >= 0, token < configuration.vocabularyCount else {
                throw invalid(
                    "token \(token)",
                    "This model's tokens are 0 to \(configuration.vocabularyCount - 1): "
                        + "use the tokenizer of the same file."
                )
            }
            context.pointee.tokens[row] = token
        }
        context.pointee.rowCount = rowCount
        context.pointee.logitCount = plan.logitRows.count
        // A plan's own mutators keep logit rows ascending and within the tokens.
        for index in 0..<plan.logitRows.count { context.pointee.logitRows[index] = Int32(plan.logitRows[index]) }
        context.pointee.tileCount = 0
        for index in 0..<plan.slices.count { try load(plan, plan.slices[index]) }
    }

    /// One sequence's rows: positions, places in the cache, angles, attention tiles.
    private func load(_ plan: borrowing StepPlan, _ slice: StepPlan.SequenceSlice) throws(ModelError) {
        let first = slice.firstPosition
        guard first >= 0, first <= contextLength, slice.rows.count <= contextLength - first else {
            throw invalid(
                "positions from \(first) on",
                "The context has \(contextLength) positions: shorten the prompt or load with a longer context."
            )
        }
        let length = KVCache.blockLength
        guard slice.blocks.count * length >= first + slice.rows.count else {
            throw invalid(
                "\(slice.blocks.count) blocks for \(first + slice.rows.count) positions",
                "A sequence needs a block for every \(length) positions."
            )
        }
        for index in slice.blocks {
            guard plan.blocks[index] >= 0, plan.blocks[index] < cache.blockCount else {
                throw invalid("block \(plan.blocks[index])", "The cache has \(cache.blockCount) blocks.")
            }
        }
        for row in slice.rows {
            let position = first + row - slice.rows.lowerBound
            let block = Int(plan.blocks[slice.blocks.lowerBound + position / length])
            context.pointee.positions[row] = Int32(position)
            context.pointee.cacheOffsets[row] =
                block * cache.layerBlockByteCount + position % length * cache.rowByteCount
            turn(row: row, position: position)
        }
        let tokensPerTile = max(1, context.pointee.attentionRowCount / configuration.groupSize)
        var row = slice.rows.lowerBound
        while row < slice.rows.upperBound {
            let count = min(tokensPerTile, slice.rows.upperBound - row)
            context.pointee.tiles[context.pointee.tileCount] = AttentionRows(
                firstRow: Int32(row),
                rowCount: Int32(count),
                firstBlock: Int32(slice.blocks.lowerBound)
            )
            context.pointee.tileCount += 1
            row += count
        }
    }

    /// Cosines and sines of one row's position.
    private func turn(row: Int, position: Int) {
        let half = context.pointee.rotatedCount / 2
        fill(row * half, position, frequencies.full, frequencies.fullMagnitude)
        if context.pointee.hasSeparateWindowedRotary {
            fill((maximumRowCount + row) * half, position, frequencies.windowed, frequencies.windowedMagnitude)
        }
    }

    private func fill(_ start: Int, _ position: Int, _ frequencies: borrowing [Float], _ magnitude: Float) {
        let cosines = context.pointee.cosines + start
        let sines = context.pointee.sines + start
        for i in 0..<frequencies.count {
            let angle = Float(position) * frequencies[i]
            cosines[i] = cosine(angle) * magnitude
            sines[i] = sine(angle) * magnitude
        }
    }

    private func invalid(_ detail: String, _ remedy: String) -> ModelError {
        ModelError(.invalidPlan, detail, remedy: remedy)
    }
}
