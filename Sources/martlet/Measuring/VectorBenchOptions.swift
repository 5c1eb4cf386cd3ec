import ArgumentParser
import MartletVectors

/// What `martlet bench` measures of the vector store instead of a model.
struct VectorBenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Measure how fast the nearest of the vectors in FILE are found: floats, one vector after another.",
            valueName: "file"
        )
    )
    var vectors: String?

    @Option(help: ArgumentHelp("With --vectors: a file of vectors to look for.", valueName: "file"))
    var vectorQueries: String?

    @Option(help: ArgumentHelp("With --vectors: where their store is, made in the first run.", valueName: "file"))
    var vectorStore: String?

    @Option(help: ArgumentHelp("With --vectors: values of each.", valueName: "n"))
    var vectorWidth = 768

    @Option(
        help: ArgumentHelp("With --vectors: what is kept of each value, float32 or int8.", valueName: "precision"),
        transform: { name in
            guard let precision = VectorPrecision(rawValue: name) else {
                throw ValidationError("--vector-precision is float32 or int8.")
            }
            return precision
        }
    )
    var vectorPrecision = VectorPrecision.float32

    func validate() throws {
        guard vectors != nil else { return }
        guard vectorQueries != nil, vectorStore != nil else {
            throw ValidationError("--vectors needs --vector-queries and --vector-store.")
        }
        guard (1...16_384).contains(vectorWidth) else {
            throw ValidationError("--vector-width must be 1 to 16384.")
        }
    }

    /// What is to be measured; nil where a model is.
    func measurement(threads: Int?, kernels: String?, repetitions: Int) -> VectorMeasurement? {
        guard let vectors, let vectorQueries, let vectorStore else { return nil }
        var measurement = VectorMeasurement(
            vectorsPath: vectors,
            queriesPath: vectorQueries,
            storePath: vectorStore,
            width: vectorWidth,
            repetitions: repetitions
        )
        measurement.options.precision = vectorPrecision
        measurement.options.kernels = kernels
        if let threads { measurement.options.workerCount = threads }
        return measurement
    }
}
