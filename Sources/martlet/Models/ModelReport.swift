import MartletEngine
import MartletTerminal
import MartletWeights

/// A model file's description, as text for people or as JSON.
struct ModelReport: Encodable {
    /// A key with its value.
    struct Entry: Encodable {
        let key: String
        let type: String
        let value: ReportValue
    }

    /// A tensor, dimensions fastest first.
    struct Tensor: Encodable {
        let name: String
        let shape: [Int]
        let format: String
        let bytes: Int
    }

    /// All tensors of one format together.
    struct Total: Encodable {
        let format: String
        let tensors: Int
        let weights: Int
        let bytes: Int
        let bitsPerWeight: Double
    }

    let path: String
    /// What the file is for.
    let kind: String
    /// What an embedder's vectors are made of, or what is wrong with that.
    let embedding: [String]?
    let version: Int
    let bytes: Int
    let alignment: Int
    let dataOffset: Int
    let metadata: [Entry]
    let tensorCount: Int
    let tensors: [Tensor]?
    let totals: [Total]
    let all: Total

    init(_ file: GGUFFile, includesTensors: Bool) {
        path = file.path
        let kind = ModelKind(file)
        self.kind = kind.rawValue
        embedding = kind == .embedder ? Result { try ModelKind.sources(of: file) }.lines : nil
        version = file.version
        bytes = file.byteCount
        alignment = file.alignment
        dataOffset = file.dataOffset
        metadata = file.metadata.keys.compactMap { key in
            file.metadata[key].map { Entry(key: key, type: ReportValue.typeName(of: $0), value: ReportValue($0)) }
        }
        tensorCount = file.tensors.count
        tensors =
            includesTensors
            ? file.tensors.map {
                Tensor(name: $0.name, shape: $0.shape, format: $0.format.name, bytes: $0.byteCount)
            } : nil
        let groups = Dictionary(grouping: file.tensors, by: \.format.name)
        totals = groups.map { ModelReport.total($0.key, $0.value) }.sorted { $0.bytes > $1.bytes }
        all = ModelReport.total("all", file.tensors)
    }

    private static func total(_ name: String, _ tensors: [GGUFTensor]) -> Total {
        let weights = tensors.reduce(0) { $0 + $1.elementCount }
        let bytes = tensors.reduce(0) { $0 + $1.byteCount }
        return Total(
            format: name,
            tensors: tensors.count,
            weights: weights,
            bytes: bytes,
            bitsPerWeight: weights == 0 ? 0 : Double(bytes) * 8 / Double(weights)
        )
    }

    /// The description in columns.
    var text: String {
        var lines = [
            "\(printable(path)): GGUF version \(version), \(Quantity.bytes(bytes)), \(metadata.count) keys, "
                + "\(tensorCount) tensors, aligned to \(alignment) bytes",
            "made for: \(kind)",
        ]
        lines += (embedding ?? []).map { "  \(printable($0, limit: 300))" }
        if !metadata.isEmpty {
            var table = TextTable([.left, .left, .left])
            table.add("KEY", "TYPE", "VALUE")
            for entry in metadata { table.add(printable(entry.key, limit: 100), entry.type, entry.value.text) }
            lines += [""] + table.lines
        }
        if let tensors, !tensors.isEmpty {
            var table = TextTable([.left, .right, .left, .right])
            table.add("TENSOR", "SHAPE", "FORMAT", "SIZE")
            for tensor in tensors {
                let shape = tensor.shape.map(String.init).joined(separator: " x ")
                table.add(printable(tensor.name, limit: 100), shape, tensor.format, Quantity.bytes(tensor.bytes))
            }
            lines += [""] + table.lines
        }
        if !totals.isEmpty {
            var table = TextTable([.left, .right, .right, .right, .right])
            table.add("FORMAT", "TENSORS", "WEIGHTS", "SIZE", "BITS PER WEIGHT")
            for total in totals + (totals.count > 1 ? [all] : []) {
                table.add(
                    total.format,
                    "\(total.tensors)",
                    Quantity.count(total.weights),
                    Quantity.bytes(total.bytes),
                    Quantity.decimal(total.bitsPerWeight, places: 2)
                )
            }
            lines += [""] + table.lines
        }
        return lines.joined(separator: "\n")
    }
}

extension Result<[String], any Error> {
    /// The lines, or the error in their place.
    fileprivate var lines: [String] {
        switch self {
        case .success(let lines): lines
        case .failure(let error): ["\(error)"]
        }
    }
}

/// A metadata value in a report; long arrays are cut.
enum ReportValue: Encodable {
    case integer(Int)
    case unsigned(UInt64)
    case number(Double)
    case bool(Bool)
    case string(String)
    case array([ReportValue], count: Int)

    private static let shownElementCount = 8

    init(_ value: GGUFValue) {
        switch value {
        case .bool(let bool): self = .bool(bool)
        case .string(let string): self = .string(string.text)
        case .uint64(let number): self = .unsigned(number)
        // The shortest text of the 32-bit number, not the digits that appear when it is widened.
        case .float32(let float): self = .number(Double("\(float)") ?? Double(float))
        case .float64(let double): self = .number(double)
        case .array(let array):
            self = .array(array.prefix(ReportValue.shownElementCount).map { ReportValue($0) }, count: array.count)
        default: self = .integer(value.integer ?? 0)
        }
    }

    /// The type's name; arrays in brackets.
    static func typeName(of value: GGUFValue) -> String {
        value.array.map { "[\($0.elementType)]" } ?? "\(value.type)"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .unsigned(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .bool(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values, let count):
            if values.count == count {
                try container.encode(values)
            } else {
                try container.encode(Cut(count: count, first: values))
            }
        }
    }

    private struct Cut: Encodable {
        let count: Int
        let first: [ReportValue]
    }

    /// The value on one line, harmless to a terminal.
    var text: String {
        switch self {
        case .integer(let value): return "\(value)"
        case .unsigned(let value): return "\(value)"
        case .number(let value): return "\(value)"
        case .bool(let value): return "\(value)"
        case .string(let value): return printable(value, limit: 100)
        case .array(let values, let count):
            let shown = values.map { value in
                if case .string(let text) = value { return "\"\(printable(text, limit: 20))\"" }
                return value.text
            }.joined(separator: ", ")
            return values.count == count ? "[\(shown)]" : "\(count) elements: \(shown), …"
        }
    }
}
