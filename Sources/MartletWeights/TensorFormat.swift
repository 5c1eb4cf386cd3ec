import CMartletKernels

/// How a tensor's numbers are stored: plain floats, or blocks of small integers with scales.
public struct TensorFormat: Hashable, Sendable, CustomStringConvertible {
    /// The format's number in GGUF files.
    public let number: UInt32
    /// Numbers per block, 1 for plain floats; every row of a tensor is a whole number of blocks.
    public let blockLength: Int
    /// Bytes per block.
    public let blockByteCount: Int
    /// Whether floats can be converted to this format; false for formats that are only read.
    public let isWritable: Bool

    /// Looks a format up by its number in GGUF files; nil when Martlet doesn't know it.
    public init?(number: UInt32) {
        guard let traits = martlet_format_traits_of(number) else { return nil }
        self.init(traits.pointee)
    }

    /// Looks a format up by its name, such as `Q4_K`, upper or lower case; nil when Martlet doesn't know it.
    public init?(name: String) {
        let wanted = name.uppercased()
        guard let format = TensorFormat.all.first(where: { $0.name == wanted }) else { return nil }
        self = format
    }

    init(_ traits: martlet_format_traits) {
        number = UInt32(traits.format.rawValue)
        blockLength = traits.block_length
        blockByteCount = traits.block_bytes
        isWritable = traits.quantize != nil
    }

    /// The name that GGUF tools use, such as `Q4_K`.
    public var name: String {
        guard let traits = martlet_format_traits_of(number), let name = traits.pointee.name else { return "#\(number)" }
        return String(cString: name)
    }

    /// The name that GGUF tools use.
    public var description: String { name }

    /// Bits that one number takes on average, scales included.
    public var bitsPerWeight: Double { Double(blockByteCount) * 8 / Double(blockLength) }

    /// Bytes of `elementCount` numbers, or nil when that isn't a whole number of blocks or the product overflows.
    public func byteCount(of elementCount: Int) -> Int? {
        guard elementCount >= 0, elementCount.isMultiple(of: blockLength) else { return nil }
        let (bytes, overflow) = (elementCount / blockLength).multipliedReportingOverflow(by: blockByteCount)
        return overflow ? nil : bytes
    }

    /// All formats that Martlet reads, in the order of the kernels' table.
    public static let all: [TensorFormat] = {
        var formats: [TensorFormat] = []
        while let traits = martlet_format_traits_at(formats.count) {
            formats.append(TensorFormat(traits.pointee))
        }
        return formats
    }()

    private static func known(_ format: martlet_format) -> TensorFormat {
        guard let known = TensorFormat(number: UInt32(format.rawValue)) else {
            preconditionFailure("the kernels' table has no row for format \(format.rawValue)")
        }
        return known
    }

    /// 32-bit floats.
    public static let f32 = known(MARTLET_F32)
    /// 16-bit IEEE floats.
    public static let f16 = known(MARTLET_F16)
    /// 16-bit floats with the exponent of 32-bit ones.
    public static let bf16 = known(MARTLET_BF16)
    /// 4 bits and a scale per 32.
    public static let q4_0 = known(MARTLET_Q4_0)
    /// 4 bits, a scale and a minimum per 32.
    public static let q4_1 = known(MARTLET_Q4_1)
    /// 5 bits and a scale per 32.
    public static let q5_0 = known(MARTLET_Q5_0)
    /// 5 bits, a scale and a minimum per 32.
    public static let q5_1 = known(MARTLET_Q5_1)
    /// 8 bits and a scale per 32.
    public static let q8_0 = known(MARTLET_Q8_0)
    /// 2 bits in super-blocks of 256.
    public static let q2_K = known(MARTLET_Q2_K)
    /// 3 bits in super-blocks of 256.
    public static let q3_K = known(MARTLET_Q3_K)
    /// 4 bits in super-blocks of 256.
    public static let q4_K = known(MARTLET_Q4_K)
    /// 5 bits in super-blocks of 256.
    public static let q5_K = known(MARTLET_Q5_K)
    /// 6 bits in super-blocks of 256.
    public static let q6_K = known(MARTLET_Q6_K)
    /// 4 bits through a table of 16 values, a scale per 32.
    public static let iq4_NL = known(MARTLET_IQ4_NL)
    /// 4 bits through a table of 16 values, in super-blocks of 256.
    public static let iq4_XS = known(MARTLET_IQ4_XS)
}
