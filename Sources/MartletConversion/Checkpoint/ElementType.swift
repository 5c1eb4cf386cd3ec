/// How a checkpoint stores its numbers.
enum ElementType: String, Sendable, Hashable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes of a number.
    var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// The number at `pointer`, which may lie anywhere; little-endian.
    @inline(__always)
    func value(at pointer: UnsafeRawPointer) -> Float {
        switch self {
        case .float64: Float(pointer.loadUnaligned(as: Double.self))
        case .float32: pointer.loadUnaligned(as: Float.self)
        case .float16: ElementType.float(half: pointer.loadUnaligned(as: UInt16.self))
        case .bfloat16: Float(bitPattern: UInt32(pointer.loadUnaligned(as: UInt16.self)) << 16)
        case .int64: Float(pointer.loadUnaligned(as: Int64.self))
        case .int32: Float(pointer.loadUnaligned(as: Int32.self))
        case .int16: Float(pointer.loadUnaligned(as: Int16.self))
        case .int8: Float(pointer.loadUnaligned(as: Int8.self))
        case .uint8, .bool: Float(pointer.loadUnaligned(as: UInt8.self))
        }
    }

    /// The float behind an IEEE half.
    private static func float(half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10) & 0x1F
        let fraction = UInt32(half & 0x3FF)
        switch exponent {
        case 0: return (sign == 0 ? 1 : -1) * Float(fraction) * 0x1p-24
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
