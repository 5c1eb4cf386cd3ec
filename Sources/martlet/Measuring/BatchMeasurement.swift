import MartletEngine
import MartletModel
import MartletWeights

/// Times decode steps of several sequences at once, straight on a decoder: no sampling, no scheduler.
struct BatchMeasurement {
    /// The model's file.
    let path: String
    /// Memory, threads and kernels; lengths and counts are set by ``run(rowCounts:progress:)``.
    var options: DecoderOptions
    /// Positions that every sequence has in the cache before the first step.
    var contextTokens: Int
    /// Rows of another sequence's prompt that every step takes along; 0 for decoding alone.
    var chunkTokens: Int
    /// Steps in a repetition.
    var stepCount: Int
    /// How often all of it is measured.
    var repetitions: Int

    /// Step times for each number of rows, interleaved so that drifts of the machine fall on all alike.
    ///
    /// - Parameters:
    ///   - rowCounts: Sequences that decode together, each one row of the step.
    ///   - progress: Is called with the number of finished and of all repetitions.
    /// - Throws: An error whose description names the remedy when the file or the options can't work.
    /// - Complexity: `repetitions` times `stepCount` steps for each number of rows.
    func run(rowCounts: [Int], progress: (Int, Int) -> Void) throws -> BatchReport {
        let file = try GGUFFile.open(path: path)
        let most = rowCounts.max() ?? 1
        let length = KVCache.blockLength
        let blocksPerSequence = (contextTokens + stepCount + length - 1) / length
        let chunkBlocks = (chunkTokens + length - 1) / length
        var options = options
        options.contextLength = contextTokens + stepCount
        options.maximumRowCount = max(most + chunkTokens, 256)
        options.maximumLogitRowCount = most
        options.blockCount = blocksPerSequence * most + chunkBlocks
        let decoder = try Decoder(file: file, options: options)
        guard decoder.contextLength == options.contextLength, chunkTokens <= decoder.contextLength else {
            throw CommandError(
                "The model's context of \(decoder.contextLength) tokens is too short for --prompt-tokens \(contextTokens) "
                    + "and --generate-tokens \(stepCount): lower them."
            )
        }
        let tables = (0..<most).map { sequence in
            (0..<blocksPerSequence).map { BlockIndex(sequence * blocksPerSequence + $0) }
        }
        let chunkTable = (0..<chunkBlocks).map { BlockIndex(most * blocksPerSequence + $0) }
        try fill(decoder, tables: tables)

        let clock = ContinuousClock()
        var samples = [[Double]](repeating: [], count: rowCounts.count)
        for repetition in 0..<repetitions {
            progress(repetition, repetitions)
            for (index, rowCount) in rowCounts.enumerated() {
                for step in 0..<stepCount {
                    let plan = plan(decoder, tables: tables.prefix(rowCount), chunkTable: chunkTable, step: step)
                    let start = clock.now
                    _ = try decoder.step(plan)
                    samples[index].append((clock.now - start).seconds)
                }
            }
        }
        return try BatchReport(
            model: file.metadata.string("general.name") ?? path,
            decoder: decoder,
            measurement: self,
            samples: Array(zip(rowCounts, samples))
        )
    }

    /// One sequence's prompt, and its blocks for all the others.
    private func fill(_ decoder: Decoder, tables: [[BlockIndex]]) throws {
        let vocabulary = decoder.configuration.vocabularyCount
        for start in stride(from: 0, to: contextTokens, by: 256) {
            let positions = start..<min(start + 256, contextTokens)
            var plan = StepPlan()
            plan.append(
                tokens: positions.map { token($0, vocabulary) },
                firstPosition: start,
                blocks: tables[0],
                logits: .none
            )
            _ = try decoder.step(plan)
        }
        for table in tables.dropFirst() {
            for (source, target) in zip(tables[0], table) { decoder.copyBlock(from: source, to: target) }
        }
    }

    private func plan(
        _ decoder: Decoder,
        tables: ArraySlice<[BlockIndex]>,
        chunkTable: [BlockIndex],
        step: Int
    ) -> StepPlan {
        let vocabulary = decoder.configuration.vocabularyCount
        var plan = StepPlan()
        if chunkTokens > 0 {
            let tokens = (0..<chunkTokens).map { token($0 + step, vocabulary) }
            plan.append(tokens: tokens, firstPosition: 0, blocks: chunkTable, logits: .none)
        }
        for (index, table) in tables.enumerated() {
            plan.append(
                tokens: [token(step * 31 + index, vocabulary)],
                firstPosition: contextTokens + step,
                blocks: table,
                logits: .last
            )
        }
        return plan
    }

    /// Tokens without a pattern that matters: any token costs the same.
    private func token(_ index: Int, _ vocabulary: Int) -> Int32 {
        Int32(truncatingIfNeeded: index * 7919 % vocabulary)
    }
}
