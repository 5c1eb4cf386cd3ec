import MartletWeights

/// What a converted file will hold.
struct ModelPlan {
    /// GGUF's name of the family.
    let architecture: String
    /// Keys under the family's name and others, in the order of writing.
    private(set) var metadata: [(key: String, value: GGUFValue)] = []
    /// Tensors in the order of use.
    private(set) var tensors: [PlannedTensor] = []
    private let checkpoint: Checkpoint
    private let prefix: String
    private var used: Set<String> = []

    /// Starts a plan.
    /// - Parameter prefix: What stands before all names of the checkpoint, such as `model.`; left out where it stands nowhere.
    init(architecture: String, checkpoint: Checkpoint, prefix: String = "") {
        self.architecture = architecture
        self.checkpoint = checkpoint
        self.prefix = checkpoint.tensors.keys.contains { $0.hasPrefix(prefix) } ? prefix : ""
    }

    // MARK: Metadata

    /// Sets a key under the family's name.
    mutating func set(_ key: String, _ value: Int) {
        metadata.append(("\(architecture).\(key)", .uint32(UInt32(value))))
    }
    /// Sets a key under the family's name.
    mutating func set(_ key: String, _ value: Float) { metadata.append(("\(architecture).\(key)", .float32(value))) }
    /// Sets a key under the family's name.
    mutating func set(_ key: String, _ value: String) { metadata.append(("\(architecture).\(key)", .string(value))) }
    /// Sets a key under the family's name.
    mutating func set(_ key: String, _ value: Bool) { metadata.append(("\(architecture).\(key)", .bool(value))) }
    /// Sets a key by its whole name.
    mutating func setWhole(_ key: String, _ value: GGUFValue) { metadata.append((key, value)) }

    /// Whether something says how rows become one vector, or one score.
    var namesPooling: Bool { metadata.contains { $0.key == "\(architecture).pooling_type" } }

    // MARK: Tensors

    /// Whether the checkpoint has a tensor.
    func has(_ source: String) -> Bool { find(source) != nil }

    /// A tensor's dimensions, slowest first.
    func shape(_ source: String) throws(ConversionError) -> [Int] { try tensor(source).shape }

    /// Adds a tensor of the checkpoint.
    mutating func add(
        _ source: String,
        as name: String,
        _ change: TensorChange = .none
    ) throws(ConversionError) {
        let tensor = try tensor(source)
        used.insert(tensor.name)
        tensors.append(try PlannedTensor(tensor, as: name, change))
    }

    /// Adds a tensor of the checkpoint if it is there.
    mutating func addIfThere(_ source: String, as name: String, _ change: TensorChange = .none) throws(ConversionError)
    {
        if has(source) { try add(source, as: name, change) }
    }

    /// Adds a tensor of numbers that were computed.
    mutating func add(floats: [Float], as name: String) {
        tensors.append(
            PlannedTensor(name: name, columns: floats.count, rows: 1, isVector: true) { _, row in row = floats }
        )
    }

    /// Adds a tensor of another checkpoint.
    mutating func add(_ tensor: CheckpointTensor, as name: String) throws(ConversionError) {
        tensors.append(try PlannedTensor(tensor, as: name, .none))
    }

    /// Says that a tensor is known and of no use here.
    mutating func leaveOut(where isUseless: (String) -> Bool) {
        for name in checkpoint.tensors.keys where isUseless(name) { used.insert(name) }
    }

    /// Refuses to leave out tensors that nothing asked for: the file would answer otherwise than the model.
    func checkAllUsed() throws(ConversionError) {
        guard let extra = checkpoint.tensors.keys.filter({ !used.contains($0) }).min() else { return }
        throw ConversionError(
            "this family has no such tensor, and leaving it out would change the model",
            remedy: "Choose another model, or report this one",
            tensor: shown(extra)
        )
    }

    private func find(_ source: String) -> CheckpointTensor? {
        checkpoint.tensors[prefix + source] ?? checkpoint.tensors[source]
    }

    private func tensor(_ source: String) throws(ConversionError) -> CheckpointTensor {
        guard let tensor = find(source) else {
            throw ConversionError(
                "the checkpoint lacks it",
                remedy: "Fetch all of the model's files again",
                file: checkpoint.files.first,
                tensor: source
            )
        }
        return tensor
    }
}

/// What is done to a tensor on its way.
enum TensorChange {
    case none
    /// Rows and columns change places (GPT-2 keeps them the other way round).
    case transposed
    /// Rotary halves of each head become neighbours, GGUF's order for Llama.
    case paired(headCount: Int)
    /// The numbers plus one (Gemma keeps norms less one).
    case plusOne
    /// Without the first rows.
    case droppingRows(Int)
}

/// A tensor of the file to be written, read row by row.
struct PlannedTensor {
    /// Its name in the file.
    let name: String
    /// Numbers of a row.
    let columns: Int
    /// Rows.
    let rows: Int
    /// Whether it is a list of numbers, which stay floats.
    let isVector: Bool
    /// Reads a row, `[columns]`.
    let read: (Int, inout [Float]) -> Void

    init(name: String, columns: Int, rows: Int, isVector: Bool, read: @escaping (Int, inout [Float]) -> Void) {
        self.name = name
        self.columns = columns
        self.rows = rows
        self.isVector = isVector
        self.read = read
    }

    init(_ tensor: CheckpointTensor, as name: String, _ change: TensorChange) throws(ConversionError) {
        func wrong(_ detail: String) -> ConversionError {
            ConversionError(detail, remedy: "Fetch the model's files again", tensor: shown(tensor.name))
        }
        guard (1...2).contains(tensor.shape.count), tensor.elementCount > 0 else {
            throw wrong("the shape \(tensor.shape) is not what a weight has")
        }
        self.name = name
        isVector = tensor.shape.count == 1
        let (rows, columns) = (tensor.rowCount, tensor.columnCount)
        switch change {
        case .none:
            (self.rows, self.columns) = (rows, columns)
            read = { tensor.readRow($0, into: &$1) }
        case .transposed:
            guard tensor.shape.count == 2 else { throw wrong("a matrix was expected") }
            (self.rows, self.columns) = (columns, rows)
            read = { tensor.readColumn($0, into: &$1) }
        case .paired(let headCount):
            guard headCount > 0, rows % (2 * headCount) == 0 else {
                throw wrong("\(rows) rows are not \(headCount) heads")
            }
            (self.rows, self.columns) = (rows, columns)
            let half = rows / headCount / 2
            read = { row, values in
                // Pair i's two rows lie half a head apart in the checkpoint.
                let (head, within) = row.quotientAndRemainder(dividingBy: 2 * half)
                tensor.readRow(head * 2 * half + within % 2 * half + within / 2, into: &values)
            }
        case .plusOne:
            (self.rows, self.columns) = (rows, columns)
            read = { row, values in
                tensor.readRow(row, into: &values)
                for i in values.indices { values[i] += 1 }
            }
        case .droppingRows(let count):
            guard tensor.shape.count == 2, rows > count else { throw wrong("it has \(rows) rows") }
            (self.rows, self.columns) = (rows - count, columns)
            read = { tensor.readRow($0 + count, into: &$1) }
        }
    }
}
