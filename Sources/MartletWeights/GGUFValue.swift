/// A metadata value, with the exact type that the file gives it.
public enum GGUFValue: Sendable, Hashable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(GGUFString)
    case array(GGUFArray)

    /// Text as a value.
    public static func string(_ text: String) -> GGUFValue { .string(GGUFString(text)) }

    /// The value's type.
    public var type: GGUFValueType {
        switch self {
        case .uint8: .uint8
        case .int8: .int8
        case .uint16: .uint16
        case .int16: .int16
        case .uint32: .uint32
        case .int32: .int32
        case .uint64: .uint64
        case .int64: .int64
        case .float32: .float32
        case .float64: .float64
        case .bool: .bool
        case .string: .string
        case .array: .array
        }
    }

    /// The value as an integer; nil for other types and for numbers beyond `Int`.
    public var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(exactly: value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value as a number, integers included; nil for other types.
    public var number: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        case .uint64(let value): Double(value)
        case .int64(let value): Double(value)
        default: integer.map(Double.init)
        }
    }
}

/// The types of metadata values, by their numbers in GGUF files.
public enum GGUFValueType: UInt32, Sendable, Hashable, CaseIterable {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// Bytes of one value, or nil for texts and arrays.
    public var fixedByteCount: Int? {
        switch self {
        case .uint8, .int8, .bool: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .string, .array: nil
        }
    }

    /// The fewest bytes that a value of this type takes as an element of an array.
    var minimumByteCount: Int {
        switch self {
        case .string: 8
        case .array: 12
        default: fixedByteCount ?? 1
        }
    }

    /// Whether the type is an integer of any width.
    public var isInteger: Bool {
        switch self {
        case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
        case .float32, .float64, .bool, .string, .array: false
        }
    }
}

/// Text as the file has it: bytes that are UTF-8 in good files, and kept exactly in all.
public struct GGUFString: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The exact bytes.
    public var bytes: [UInt8]

    /// Wraps bytes.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Wraps text.
    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// Wraps text.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text, with invalid bytes replaced.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The text, with everything escaped that could drive a terminal.
    public var description: String { printable(text) }
}
