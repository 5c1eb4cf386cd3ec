/// What a restricted pickle can hold.
///
/// Values that pickles share are shared here too, so that a dictionary filled after it was remembered is filled everywhere.
indirect enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case bytes([UInt8])
    case tuple(PickleTuple)
    case list(PickleList)
    case dictionary(PickleDictionary)
    /// A name that was allowed: nothing is ever called.
    case global(PickleGlobal)
    /// Numbers in another member or further on in the file.
    case storage(PickleStorage)
    /// A tensor that was put together.
    case tensor(PickleTensor)

    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var tuple: [PickleValue]? { if case .tuple(let tuple) = self { tuple.values } else { nil } }
}

/// Values side by side, which know how deep tuples lie in each other: the depth is limited, as freeing them recurses.
struct PickleTuple {
    static let greatestDepth = 64

    let values: [PickleValue]
    let depth: Int

    init(_ values: [PickleValue]) {
        self.values = values
        depth = 1 + (values.map { if case .tuple(let inner) = $0 { inner.depth } else { 0 } }.max() ?? 0)
    }
}

/// What is filled in place, as pickles do; a machine empties it in the end, so that chains of any depth are freed flatly.
protocol PickleContainer: AnyObject {
    func empty()
}

/// A list.
final class PickleList: PickleContainer {
    var values: [PickleValue] = []

    func empty() { values = [] }
}

/// A dictionary whose keys are texts; others don't occur in checkpoints and are left out.
final class PickleDictionary: PickleContainer {
    var values: [(key: String, value: PickleValue)] = []

    func empty() { values = [] }
}

/// The names that a checkpoint may use, and what each stands for here.
enum PickleGlobal: Hashable {
    /// `collections.OrderedDict`.
    case orderedDictionary
    /// `torch._utils._rebuild_tensor` and `_rebuild_tensor_v2`.
    case rebuildTensor
    /// `torch._utils._rebuild_parameter`.
    case rebuildParameter
    /// `torch.FloatStorage` and its kin.
    case storage(ElementType)

    private static let storages: [String: ElementType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    /// The name's meaning; nil for all that are not allowed.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch", _):
            guard let type = Self.storages[name] else { return nil }
            self = .storage(type)
        default: return nil
        }
    }
}

/// Numbers that several tensors may share.
struct PickleStorage: Hashable {
    var type: ElementType
    /// Their name in the file.
    var key: String
    /// How many there are.
    var count: Int
}

/// A tensor's view of a storage.
struct PickleTensor: Hashable {
    var storage: PickleStorage
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}
