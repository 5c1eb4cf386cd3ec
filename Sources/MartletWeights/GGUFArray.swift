/// A metadata array, left in the form that the file has and decoded as it is walked.
///
/// A vocabulary of 150,000 texts costs nothing until somebody asks for ``strings``.
public struct GGUFArray: Sendable, Hashable, Sequence {
    /// The type of every element.
    public let elementType: GGUFValueType
    /// How many elements.
    public let count: Int
    let source: ByteSource

    /// Arrays within arrays deeper than this are refused.
    static let maximumDepth = 8

    init(elementType: GGUFValueType, count: Int, source: ByteSource) {
        self.elementType = elementType
        self.count = count
        self.source = source
    }

    /// Makes an array of `values`.
    ///
    /// - Precondition: All have the type `elementType`.
    public init(of elementType: GGUFValueType, _ values: some Collection<GGUFValue>) {
        var bytes: [UInt8] = []
        for value in values {
            precondition(value.type == elementType, "an array's elements have one type")
            GGUFEncoding.append(value, to: &bytes)
        }
        self.init(elementType: elementType, count: values.count, source: ByteSource(bytes))
    }

    /// Makes an array of texts.
    public init(_ texts: some Collection<String>) {
        self.init(of: .string, texts.map { .string($0) })
    }

    /// Makes an array of 32-bit integers.
    public init(_ values: some Collection<Int32>) {
        self.init(of: .int32, values.map { .int32($0) })
    }

    /// Makes an array of 32-bit floats.
    public init(_ values: some Collection<Float>) {
        self.init(of: .float32, values.map { .float32($0) })
    }

    /// The elements one by one.
    public func makeIterator() -> Iterator {
        Iterator(elementType: elementType, remaining: count, source: source)
    }

    /// Equal arrays have the same type and the same bytes.
    public static func == (left: GGUFArray, right: GGUFArray) -> Bool {
        guard left.elementType == right.elementType, left.count == right.count else { return false }
        return left.source.withBytes { a in right.source.withBytes { b in a.elementsEqual(b) } }
    }

    /// Hashes type, count and bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(elementType)
        hasher.combine(count)
        source.withBytes { hasher.combine(bytes: $0) }
    }

    /// All texts copied out of the file, or nil for an array of anything else.
    public var strings: GGUFStringArray? {
        guard elementType == .string else { return nil }
        return source.withBytes { GGUFStringArray(encoded: $0, count: count) }
    }

    /// All elements as 32-bit floats, or nil for an array of anything else than numbers.
    public var floats: [Float]? {
        if elementType == .float32 {
            return source.withBytes { bytes in
                (0..<count).map { index in
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                        )
                    )
                }
            }
        }
        guard elementType == .float64 || elementType.isInteger else { return nil }
        return compactMap { $0.number.map { Float($0) } }
    }

    /// All elements as integers, or nil for an array of anything else or when one is beyond `Int`.
    public var integers: [Int]? {
        guard elementType.isInteger else { return nil }
        var result: [Int] = []
        result.reserveCapacity(count)
        for value in self {
            guard let integer = value.integer else { return nil }
            result.append(integer)
        }
        return result
    }

    /// All elements as truth values, or nil for an array of anything else.
    public var bools: [Bool]? {
        guard elementType == .bool else { return nil }
        return source.withBytes { bytes in bytes.map { $0 != 0 } }
    }

    /// Walks an array.
    public struct Iterator: IteratorProtocol {
        let elementType: GGUFValueType
        var remaining: Int
        let source: ByteSource
        var offset = 0

        init(elementType: GGUFValueType, remaining: Int, source: ByteSource) {
            self.elementType = elementType
            self.remaining = remaining
            self.source = source
        }

        /// The next element.
        public mutating func next() -> GGUFValue? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let start = offset
            let step: (GGUFValue, Int)? = source.withBytes { bytes in
                var cursor = ByteCursor(bytes, offset: start)
                let value = try? GGUFEncoding.value(of: elementType, from: &cursor, in: source, depth: 0)
                return value.map { ($0, cursor.offset) }
            }
            // The bytes were checked when the file was opened, or written by `init`: decoding them again can't fail.
            guard let (value, end) = step else { return nil }
            offset = end
            return value
        }
    }
}
