/// Reads the pickles of checkpoints and executes nothing: names outside ``PickleGlobal`` are refused, and those inside only
/// put tensors together.
///
/// - SeeAlso: CPython's Lib/pickletools.py, which describes each operation.
struct PickleMachine {
    private static let greatestStack = 1 << 20

    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private(set) var offset: Int
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var containers: [any PickleContainer] = []

    /// Reads the pickle that begins at `offset`, has `body` take what is wanted of it, and moves `offset` behind it.
    static func read<Result>(
        _ bytes: UnsafeRawBufferPointer,
        from offset: inout Int,
        file: String,
        _ body: (PickleValue) throws(ConversionError) -> Result
    ) throws(ConversionError) -> Result {
        var machine = PickleMachine(bytes: bytes, offset: offset, file: file)
        defer {
            // Emptied one by one while all are held here: nothing is freed through a chain of others.
            for container in machine.containers { container.empty() }
        }
        let result = try body(try machine.run())
        offset = machine.offset
        return result
    }

    private init(bytes: UnsafeRawBufferPointer, offset: Int, file: String) {
        self.bytes = bytes
        self.offset = offset
        self.file = file
    }

    private mutating func run() throws(ConversionError) -> PickleValue {
        while true {
            let operation = try byte()
            if operation == UInt8(ascii: ".") { return try pop() }
            try perform(operation)
            let greatest = Self.greatestStack
            guard stack.count <= greatest, memo.count <= greatest, containers.count <= greatest else {
                throw damaged("its pickle is out of reach")
            }
        }
    }

    private mutating func perform(_ operation: UInt8) throws(ConversionError) {
        switch operation {
        case 0x80: _ = try byte()  // PROTO
        case 0x95: _ = try take(8)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): stack.removeSubrange(try mark()...)
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "}"): addDictionary()
        case UInt8(ascii: "]"):
            let list = PickleList()
            containers.append(list)
            stack.append(.list(list))
        case UInt8(ascii: ")"): stack.append(.tuple(PickleTuple([])))
        case UInt8(ascii: "t"): try addTuple(try above())
        case 0x85, 0x86, 0x87:
            let count = Int(operation) - 0x84
            guard stack.count - (marks.last ?? 0) >= count else { throw damaged("its pickle takes more than there is") }
            let values = Array(stack.suffix(count))
            stack.removeLast(count)
            try addTuple(values)
        case UInt8(ascii: "a"), UInt8(ascii: "e"): try extendList(isOne: operation == UInt8(ascii: "a"))
        case UInt8(ascii: "s"), UInt8(ascii: "u"): try fill(isOne: operation == UInt8(ascii: "s"))
        case UInt8(ascii: "c"), 0x93: try global(isText: operation == UInt8(ascii: "c"))
        case UInt8(ascii: "Q"): try storage()
        case UInt8(ascii: "R"): try reduce()
        case UInt8(ascii: "b"): _ = try pop()  // BUILD: attributes of an ordered dictionary, such as _metadata
        default:
            if try !number(operation), try !text(operation), try !remember(operation) {
                throw damaged("its pickle has the operation \(operation), which no checkpoint has")
            }
        }
    }

    // MARK: Values

    private mutating func number(_ operation: UInt8) throws(ConversionError) -> Bool {
        switch operation {
        case UInt8(ascii: "J"): stack.append(.integer(Int(try integer(Int32.self))))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try integer(UInt16.self))))
        case UInt8(ascii: "G"):
            stack.append(.number(Double(bitPattern: UInt64(bigEndian: try integer(UInt64.self).littleEndian))))
        case 0x8A:
            let raw = try take(Int(try byte()))
            guard raw.count <= 16 else { throw damaged("a number in its pickle is too long") }
            // Two's complement, lowest byte first; what doesn't fit, such as the legacy format's magic number, is cut.
            var value: UInt64 = (raw.last ?? 0) & 0x80 == 0 ? 0 : .max
            for (index, part) in raw.prefix(8).enumerated() {
                value = value & ~(0xFF << UInt64(8 * index)) | UInt64(part) << UInt64(8 * index)
            }
            stack.append(.integer(Int(Int64(bitPattern: value))))
        default: return false
        }
        return true
    }

    private mutating func text(_ operation: UInt8) throws(ConversionError) -> Bool {
        switch operation {
        case UInt8(ascii: "X"): stack.append(.string(string(try take(Int(try integer(UInt32.self))))))
        case 0x8C, UInt8(ascii: "U"): stack.append(.string(string(try take(Int(try byte())))))
        case UInt8(ascii: "T"): stack.append(.string(string(try take(Int(try integer(Int32.self))))))
        case UInt8(ascii: "C"): stack.append(.bytes(Array(try take(Int(try byte())))))
        case UInt8(ascii: "B"): stack.append(.bytes(Array(try take(Int(try integer(UInt32.self))))))
        default: return false
        }
        return true
    }

    private mutating func remember(_ operation: UInt8) throws(ConversionError) -> Bool {
        switch operation {
        case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
        case UInt8(ascii: "r"): memo[Int(try integer(UInt32.self))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "h"): stack.append(try recall(Int(try byte())))
        case UInt8(ascii: "j"): stack.append(try recall(Int(try integer(UInt32.self))))
        default: return false
        }
        return true
    }

    private func recall(_ index: Int) throws(ConversionError) -> PickleValue {
        guard let value = memo[index] else { throw damaged("its pickle recalls what it never said") }
        return value
    }

    // MARK: Containers

    private mutating func addDictionary() {
        let dictionary = PickleDictionary()
        containers.append(dictionary)
        stack.append(.dictionary(dictionary))
    }

    private mutating func addTuple(_ values: [PickleValue]) throws(ConversionError) {
        let tuple = PickleTuple(values)
        guard tuple.depth <= PickleTuple.greatestDepth else { throw damaged("its pickle nests too deeply") }
        stack.append(.tuple(tuple))
    }

    private mutating func extendList(isOne: Bool) throws(ConversionError) {
        let values = isOne ? [try pop()] : try above()
        guard case .list(let list) = try top() else { throw damaged("its pickle extends what is no list") }
        list.values += values
    }

    private mutating func fill(isOne: Bool) throws(ConversionError) {
        var values = isOne ? [] : try above()
        if isOne {
            let value = try pop()
            values = [try pop(), value]
        }
        guard case .dictionary(let dictionary) = try top(), values.count % 2 == 0 else {
            throw damaged("its pickle fills what is no dictionary")
        }
        for index in stride(from: 0, to: values.count, by: 2) {
            if let key = values[index].string { dictionary.values.append((key, values[index + 1])) }
        }
    }

    // MARK: Names and tensors

    private mutating func global(isText: Bool) throws(ConversionError) {
        let module: String
        let name: String
        if isText {
            module = try line()
            name = try line()
        } else {
            guard let second = try pop().string, let first = try pop().string else {
                throw damaged("its pickle names something without a name")
            }
            (module, name) = (first, second)
        }
        guard let known = PickleGlobal(module: module, name: name) else {
            throw ConversionError(
                "its pickle asks for \(shown(module)).\(shown(name)), which a model's weights have no use for; "
                    + "nothing was run",
                remedy: "Don't trust the file: use the model's safetensors",
                file: file
            )
        }
        stack.append(.global(known))
    }

    /// A persistent id: `("storage", type, key, device, count)`.
    private mutating func storage() throws(ConversionError) {
        guard let parts = try pop().tuple, parts.count >= 5, parts[0].string == "storage",
            case .global(.storage(let type)) = parts[1], let key = parts[2].string, let count = parts[4].integer,
            count >= 0
        else { throw damaged("its pickle has a storage that is none") }
        stack.append(.storage(PickleStorage(type: type, key: key, count: count)))
    }

    private mutating func reduce() throws(ConversionError) {
        guard let arguments = try pop().tuple, case .global(let global) = try pop() else {
            throw damaged("its pickle calls what is no function")
        }
        switch global {
        case .orderedDictionary: addDictionary()
        case .rebuildParameter:
            guard let first = arguments.first else { throw damaged("its pickle has a parameter without a tensor") }
            stack.append(first)
        case .rebuildTensor:
            guard arguments.count >= 4, case .storage(let storage) = arguments[0], let offset = arguments[1].integer,
                let shape = Self.integers(arguments[2]), let strides = Self.integers(arguments[3])
            else { throw damaged("its pickle has a tensor that is none") }
            stack.append(
                .tensor(PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides))
            )
        case .storage: throw damaged("its pickle calls a storage")
        }
    }

    private static func integers(_ value: PickleValue) -> [Int]? {
        guard let values = value.tuple else { return nil }
        let integers = values.compactMap(\.integer)
        return integers.count == values.count ? integers : nil
    }

    // MARK: Stack and bytes

    private mutating func pop() throws(ConversionError) -> PickleValue {
        guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
            throw damaged("its pickle takes more than there is")
        }
        return value
    }

    private func top() throws(ConversionError) -> PickleValue {
        guard let value = stack.last else { throw damaged("its pickle takes more than there is") }
        return value
    }

    private mutating func mark() throws(ConversionError) -> Int {
        guard let mark = marks.popLast(), mark <= stack.count else { throw damaged("its pickle lacks a mark") }
        return mark
    }

    /// What lies above the last mark.
    private mutating func above() throws(ConversionError) -> [PickleValue] {
        let start = try mark()
        let values = Array(stack[start...])
        stack.removeSubrange(start...)
        return values
    }

    private mutating func byte() throws(ConversionError) -> UInt8 {
        guard offset < bytes.count else { throw damaged("its pickle was cut off") }
        defer { offset += 1 }
        return bytes[offset]
    }

    private mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws(ConversionError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else { throw damaged("its pickle was cut off") }
        defer { offset += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    private mutating func take(_ count: Int) throws(ConversionError) -> UnsafeRawBufferPointer {
        guard count >= 0, bytes.count - offset >= count else { throw damaged("its pickle was cut off") }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func line() throws(ConversionError) -> String {
        guard let end = bytes[offset...].prefix(1 << 16).firstIndex(of: 10) else {
            throw damaged("its pickle was cut off")
        }
        defer { offset = end + 1 }
        return String(decoding: bytes[offset..<end], as: UTF8.self)
    }

    private func string(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    private func damaged(_ detail: String) -> ConversionError { .damaged(file, detail) }
}
