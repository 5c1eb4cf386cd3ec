import CMartletKernels

/// Converts a model file to another format, row by row, with memory bounded whatever the model's size.
public struct Quantizer {
    /// How far a conversion is.
    public struct Progress: Sendable, Hashable {
        /// The tensor at hand.
        public let tensor: String
        /// Its place among all tensors, from 0.
        public let tensorIndex: Int
        /// How many tensors there are.
        public let tensorCount: Int
        /// Bytes of the source that are done.
        public let completedByteCount: Int
        /// Bytes of the source's tensors.
        public let totalByteCount: Int
    }

    /// What a conversion came to.
    public struct Summary: Sendable, Hashable {
        /// Bytes of tensor data before.
        public let sourceByteCount: Int
        /// Bytes of tensor data after.
        public let targetByteCount: Int
        /// Bits per weight after, metadata not counted.
        public let bitsPerWeight: Double
        /// Tensors whose rows didn't suit their format, which so got another.
        public let fallbackCount: Int
    }

    /// The model to convert.
    public let source: GGUFFile
    /// What to convert it to.
    public let target: QuantizationTarget
    /// Each tensor's format.
    public let plan: QuantizationPlan

    /// Plans a conversion.
    public init(source: GGUFFile, target: QuantizationTarget) throws(GGUFError) {
        self.source = source
        self.target = target
        plan = try QuantizationPlan(tensors: source.tensors, target: target, metadata: source.metadata)
    }

    /// Writes the converted model, which appears under `path` only when it is complete.
    ///
    /// - Parameters:
    ///   - path: Not the source's own.
    ///   - replacingExisting: Whether an existing file may be replaced.
    ///   - threadCount: Threads that convert side by side, at least 1.
    ///   - progress: Called about a hundred times a second at most; throwing from it ends the conversion and leaves
    ///     no file.
    /// - Throws: `GGUFError`: `invalidRequest`, `unwritable`, `diskFull`, `invalidValue` for numbers that the target
    ///   can't hold; whatever `progress` throws.
    public func convert(
        to path: String,
        replacingExisting: Bool = false,
        threadCount: Int,
        progress: @escaping (Progress) throws -> Void = { _ in }
    ) throws -> Summary {
        guard !source.isSameFile(as: path) else {
            throw GGUFError(
                .invalidRequest,
                "The output is the input.",
                remedy: "Name another output; rename it over the input afterwards if you like.",
                path: path
            )
        }
        var metadata = source.metadata
        metadata["general.file_type"] = .uint32(target.fileType)
        metadata["general.quantization_version"] = .uint32(2)
        var writer = GGUFWriter(metadata: metadata)
        let meter = Meter(total: plan.sourceByteCount, count: plan.steps.count, report: progress)
        let converter = TensorConverter(threadCount: max(1, threadCount))
        for step in plan.steps {
            let source = source
            try writer.add(step.tensor.name, shape: step.tensor.shape, format: step.format) { emit in
                try meter.begin(step.tensor)
                try converter.convert(source.bytes(of: step.tensor), of: step.tensor, to: step.format) { bytes, done in
                    try emit(bytes)
                    source.release(step.tensor, upTo: done)
                    try meter.advance(to: done)
                }
                try meter.end()
            }
        }
        try writer.write(to: path, replacingExisting: replacingExisting)
        return Summary(
            sourceByteCount: plan.sourceByteCount,
            targetByteCount: plan.targetByteCount,
            bitsPerWeight: Double(plan.targetByteCount) * 8 / Double(max(plan.elementCount, 1)),
            fallbackCount: plan.steps.count { $0.unsuitableFormat != nil }
        )
    }

    /// Counts source bytes and reports them.
    private final class Meter {
        private let total: Int
        private let count: Int
        private let report: (Progress) throws -> Void
        private var index = -1
        private var tensor: GGUFTensor?
        private var finished = 0

        init(total: Int, count: Int, report: @escaping (Progress) throws -> Void) {
            self.total = total
            self.count = count
            self.report = report
        }

        func begin(_ tensor: GGUFTensor) throws {
            index += 1
            self.tensor = tensor
            try advance(to: 0)
        }

        func advance(to done: Int) throws {
            guard let tensor else { return }
            try report(
                Progress(
                    tensor: tensor.name,
                    tensorIndex: index,
                    tensorCount: count,
                    completedByteCount: finished + done,
                    totalByteCount: total
                )
            )
        }

        func end() throws {
            finished += tensor?.byteCount ?? 0
            try advance(to: 0)
        }
    }
}
