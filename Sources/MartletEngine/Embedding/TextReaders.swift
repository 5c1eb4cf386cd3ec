internal import MartletModel
internal import MartletWeights

/// Reads texts with an encoder and makes a vector of each.
struct EncoderReader: TextReading {
    let encoder: Encoder
    let head: EmbeddingHead
    let file: GGUFFile
    let rowLimit: Int
    var textLimit: Int { .max }

    func read(_ texts: [PreparedText]) throws -> [Result<[Float], any Error>] {
        let batch = try encoder.rows(of: texts, file: file)
        return zip(texts, batch.texts).map { text, rows in
            Result { try head.values(of: batch.rows, text: rows, skipping: text.skippedCount) }
        }
    }
}

/// Reads pairs of texts with an encoder and makes a score of each.
struct PairReader: TextReading {
    let encoder: Encoder
    let head: RankHead
    let file: GGUFFile
    let rowLimit: Int
    var textLimit: Int { .max }

    func read(_ texts: [PreparedText]) throws -> [Result<[Float], any Error>] {
        let batch = try encoder.rows(of: texts, file: file)
        return batch.texts.map { text in
            let score = head.score(of: batch.rows, first: text.lowerBound)
            guard score.isFinite else { return .failure(EngineError.damagedWeights) }
            return .success([score])
        }
    }
}

/// Reads texts with a decoder and makes a vector of each one's last row.
struct DecoderReader: TextReading {
    let decoder: Decoder
    let head: EmbeddingHead
    let rowLimit: Int
    var textLimit: Int { decoder.maximumLogitRowCount }

    func read(_ texts: [PreparedText]) throws -> [Result<[Float], any Error>] {
        var results: [Result<[Float], any Error>] = []
        var plan = StepPlan()
        var endingCount = 0
        func step() throws {
            guard !plan.tokens.isEmpty else { return }
            let rows = try decoder.rows(of: plan)
            for row in 0..<endingCount { results.append(Result { try head.values(of: rows, text: row..<row + 1) }) }
            plan.removeAll()
            endingCount = 0
        }
        var firstBlock = 0
        for text in texts {
            let blockCount = (text.tokens.count + KVCache.blockLength - 1) / KVCache.blockLength
            let blocks = (firstBlock..<firstBlock + blockCount).map { BlockIndex($0) }
            firstBlock += blockCount
            var position = 0
            while position < text.tokens.count {
                let count = min(decoder.maximumRowCount - plan.tokens.count, text.tokens.count - position)
                let isEnd = position + count == text.tokens.count
                plan.append(
                    tokens: text.tokens[position..<position + count],
                    firstPosition: position,
                    blocks: blocks,
                    logits: isEnd ? .last : .none
                )
                position += count
                endingCount += isEnd ? 1 : 0
                if plan.tokens.count == decoder.maximumRowCount { try step() }
            }
        }
        try step()
        return results
    }

    /// Blocks that a batch may need, beside those of one longest text: each text's last one may be filled in part.
    static func blockCount(rowLimit: Int, textLimit: Int, contextLength: Int) -> Int {
        (max(rowLimit, contextLength) + KVCache.blockLength - 1) / KVCache.blockLength + textLimit
    }
}

extension Encoder {
    /// The rows of texts that are read together, and each text's place among them.
    fileprivate func rows(of texts: [PreparedText], file: GGUFFile) throws -> (rows: EncodedRows, texts: [Range<Int>]) {
        try file.checkReadability()
        var batch = EncoderBatch()
        for text in texts { batch.append(tokens: text.tokens, types: text.types) }
        return (try encode(batch), batch.texts)
    }
}

extension EngineError {
    /// A model that computes numbers which are none.
    static var damagedWeights: EngineError {
        EngineError(
            .invalidScores,
            "the model computed numbers that are none",
            remedy: "Its file is damaged, or its weights are: fetch or convert it again"
        )
    }
}
