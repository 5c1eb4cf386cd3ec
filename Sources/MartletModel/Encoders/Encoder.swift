internal import CMartletKernels
public import MartletWeights

/// An encoder of any of the supported families: tokens of whole texts in, a row for each token out.
///
/// Texts are read together without padding: a batch costs what its tokens cost. Weights are used where the file is
/// mapped, those of small models from the second batch on as an unpacked copy; all other buffers are made in `init`. An
/// encoder is confined to one thread at a time.
public final class Encoder {
    /// The model's shape.
    public let configuration: EncoderConfiguration
    /// Tokens that one batch may have.
    public let maximumRowCount: Int
    /// The name of the kernel table in use.
    public let kernelsName: String
    /// Worker threads, the calling one included.
    public var threadCount: Int { team.threadCount }

    private let team: WorkerTeam
    private let context: UnsafeMutablePointer<EncoderContext>
    private let weights: EncoderWeights
    private let buffers: EncoderBuffers
    private let frequencies: [Float]
    /// Positions whose angles are known.
    private var turnedCount = 0
    /// Bytes that an unpacked copy may take; 0 once that is settled.
    private var unpackedByteLimit: Int
    private var unpackedMatrices: UnpackedMatrices?
    private var hasReadBatch = false
    private let arrival: WeightArrival
    private let isSmall: Bool
    private var groups: [EncoderGroup] = []
    private var teamwork = TeamworkChoice()

    /// Tokens of the longest text whose inputs keep 15 bits.
    ///
    /// The errors of bytes average out over a text's rows, and in that of one word nothing does. MiniLM's vectors of
    /// up to 6 tokens come near a cosine of 0.999 with 8 bits; such texts cost up to twice as much with 15.
    private static let shortTextTokenLimit = 6
    /// Bytes of matrices up to which each worker may stream all of them for itself: what lies in a shared cache.
    private static let smallByteCount = 64 << 20

    /// Sets an encoder up for a file and starts its workers.
    ///
    /// - Throws: ``ModelError`` for a file or options that can't work; the description names the remedy.
    /// - Complexity: O(header of the file); of the weights vectors and biases by distance are read, and waited for.
    public init(file: GGUFFile, options: EncoderOptions = EncoderOptions()) throws(ModelError) {
        let configuration = try EncoderConfiguration(metadata: file.metadata, tensors: file.tensors)
        let kernels = try kernelTable(named: options.kernels)
        guard (1...(1 << 20)).contains(options.maximumRowCount) else {
            throw ModelError(
                .invalidOption,
                "\(options.maximumRowCount) tokens in a batch",
                remedy: "Ask for 1 to \(1 << 20) tokens."
            )
        }
        self.configuration = configuration
        maximumRowCount = max(options.maximumRowCount, configuration.contextLength)
        kernelsName = String(cString: kernels.pointee.name)
        unpackedByteLimit = options.unpackedByteLimit
        weights = try EncoderWeights(file: file, configuration: configuration, kernels: kernels)
        arrival = WeightArrival(of: file)
        isSmall = weights.matrices.reduce(0) { $0 + $1.rowCount * $1.rowByteCount } <= Self.smallByteCount
        team = try WorkerTeam(threadCount: options.threadCount ?? ProcessorCount.available)
        buffers = try EncoderBuffers(
            configuration: configuration,
            weights: weights,
            maximumRowCount: maximumRowCount,
            threadCount: team.threadCount
        )
        frequencies = configuration.rotary?.frequencies(factors: nil) ?? []
        context = .allocate(capacity: 1)
        context.initialize(
            to: buffers.context(
                configuration: configuration,
                weights: weights,
                maximumRowCount: maximumRowCount,
                kernels: kernels
            )
        )
    }

    deinit {
        context.deallocate()
    }

    /// Reads a batch.
    ///
    /// - Returns: A row for each token, in the batch's order; valid until the next batch.
    /// - Throws: ``ModelError`` with `invalidPlan`, before anything is computed, and with `unreadableWeights` when the
    ///   file was cut short or its disk fails.
    /// - Complexity: Reads all weights once, whatever the number of tokens; attention is quadratic in a text's length.
    public func encode(_ batch: borrowing EncoderBatch) throws(ModelError) -> EncodedRows {
        try load(batch)
        context.pointee.gate = try arrival.gate()
        let isWhole = context.pointee.gate.reading == nil
        if hasReadBatch && isWhole { unpackSmallMatrices() }
        if !isSmall || !isWhole { groups.removeAll(keepingCapacity: true) }
        let rowCount = context.pointee.rowCount
        if threadCount > 1 && isWhole && groups.isEmpty && !teamwork.takesTeam(rowCount: rowCount) {
            TeamMember.withLoneMember(index: 0) { EncoderWorker(context: UnsafePointer(context), member: $0).run() }
        } else {
            let before = team.longWaitCount
            runTeam()
            if isWhole && groups.isEmpty {
                teamwork.note(
                    rowCount: rowCount,
                    longWaitCount: team.longWaitCount - before,
                    layerCount: configuration.layerCount
                )
            }
        }
        try arrival.check()
        hasReadBatch = true
        return EncodedRows(
            base: UnsafePointer(context.pointee.x),
            stride: context.pointee.strides.x,
            width: configuration.width,
            count: context.pointee.rowCount
        )
    }

    private func runTeam() {
        groups.withUnsafeBufferPointer { groups in
            context.pointee.groups = groups.baseAddress
            context.pointee.groupCount = groups.count
            team.run(UnsafeMutableRawPointer(context)) { context, index, team in
                let worker = EncoderWorker(
                    context: UnsafePointer(context.assumingMemoryBound(to: EncoderContext.self)),
                    member: TeamMember(index: index, of: team)
                )
                worker.run()
            }
            context.pointee.groups = nil
            context.pointee.groupCount = 0
        }
    }

    /// Copies the matrices of a small model, once; where memory is short, the file's blocks do.
    private func unpackSmallMatrices() {
        guard unpackedMatrices == nil, unpackedByteLimit > 0 else { return }
        let kernels = context.pointee.kernels
        let byteCount = UnpackedMatrices.byteCount(of: weights.matrices, kernels: kernels)
        guard byteCount > 0, byteCount <= unpackedByteLimit else {
            unpackedByteLimit = 0
            return
        }
        unpackedMatrices = try? UnpackedMatrices(layers: weights.layers, kernels: kernels, team: team)
        unpackedByteLimit = 0
    }

    /// Checks the batch and copies it to where the workers read it.
    private func load(_ batch: borrowing EncoderBatch) throws(ModelError) {
        let rowCount = batch.tokens.count
        guard rowCount > 0, rowCount <= maximumRowCount else {
            throw invalid("\(rowCount) tokens", "A batch takes 1 to \(maximumRowCount) tokens.")
        }
        for row in 0..<rowCount {
            let token = batch.tokens[row]
            guard token >= 0, token < configuration.vocabularyCount else {
                throw invalid(
                    "token \(token)",
                    "This model's tokens are 0 to \(configuration.vocabularyCount - 1): use the tokenizer of the same file."
                )
            }
            let type = batch.types[row]
            guard type >= 0, type < max(1, configuration.tokenTypeCount) else {
                throw invalid("segment \(type)", "This model has \(configuration.tokenTypeCount) segments.")
            }
            context.pointee.tokens[row] = token
            context.pointee.types[row] = type
        }
        context.pointee.rowCount = rowCount
        context.pointee.tileCount = 0
        context.pointee.shortRunCount = 0
        var tileEnds: [Int] = []
        tileEnds.reserveCapacity(batch.texts.count)
        for text in batch.texts {
            try load(text)
            tileEnds.append(context.pointee.tileCount)
        }
        groups = EncoderGroup.groups(texts: batch.texts, tileEnds: tileEnds, workerCount: threadCount)
    }

    /// One text's rows: positions, angles, attention's tiles.
    private func load(_ text: Range<Int>) throws(ModelError) {
        guard !text.isEmpty else { throw invalid("a text without tokens", "Every text has at least one token.") }
        guard text.count <= configuration.contextLength else {
            throw invalid(
                "a text of \(text.count) tokens",
                "This model reads texts of at most \(configuration.contextLength): shorten or split the text."
            )
        }
        for row in text { context.pointee.positions[row] = Int32(row - text.lowerBound) }
        note(isShort: text.count <= Self.shortTextTokenLimit, rows: text)
        turn(upTo: text.count)
        var row = text.lowerBound
        while row < text.upperBound {
            let count = min(context.pointee.attentionRowCount, text.upperBound - row)
            context.pointee.tiles[context.pointee.tileCount] = EncoderTile(
                firstRow: Int32(row),
                rowCount: Int32(count),
                textStart: Int32(text.lowerBound),
                textEnd: Int32(text.upperBound)
            )
            context.pointee.tileCount += 1
            row += count
        }
    }

    /// Marks a text's rows, and lets those of neighbouring short texts be one run.
    private func note(isShort: Bool, rows: Range<Int>) {
        for row in rows { context.pointee.isShort[row] = isShort }
        guard isShort else { return }
        if context.pointee.shortRunCount > 0 {
            let last = context.pointee.shortRuns + context.pointee.shortRunCount - 1
            if Int(last.pointee.firstRow + last.pointee.rowCount) == rows.lowerBound {
                last.pointee.rowCount += Int32(rows.count)
                return
            }
        }
        context.pointee.shortRuns[context.pointee.shortRunCount] = EncoderRun(
            firstRow: Int32(rows.lowerBound),
            rowCount: Int32(rows.count)
        )
        context.pointee.shortRunCount += 1
    }

    /// Makes sure that the angles of the first `count` positions are known.
    private func turn(upTo count: Int) {
        guard !frequencies.isEmpty, count > turnedCount else { return }
        for position in turnedCount..<count {
            for (i, frequency) in frequencies.enumerated() {
                let angle = Float(position) * frequency
                context.pointee.cosines[position * frequencies.count + i] = cosine(angle)
                context.pointee.sines[position * frequencies.count + i] = sine(angle)
            }
        }
        turnedCount = count
    }

    private func invalid(_ detail: String, _ remedy: String) -> ModelError {
        ModelError(.invalidPlan, detail, remedy: remedy)
    }
}

/// The rows of a batch, where the encoder keeps them.
public struct EncodedRows {
    let base: UnsafePointer<Float>
    let stride: Int
    /// Values in a row, D.
    public let width: Int
    /// Rows.
    public let count: Int

    /// Row `index`, `[D]`; valid until the encoder's next batch.
    public subscript(index: Int) -> UnsafeBufferPointer<Float> {
        precondition((0..<count).contains(index), "row \(index) of \(count)")
        return UnsafeBufferPointer(start: base + index * stride, count: width)
    }
}
