/// The one place that knows how GGUF writes values down.
enum GGUFEncoding {
    static let magic: UInt32 = 0x4655_4747  // "GGUF" read as a little-endian number
    static let defaultAlignment = 32
    static let alignmentKey = "general.alignment"

    /// Reads a value of `type`; `source` is what the cursor's bytes belong to.
    static func value(
        of type: GGUFValueType,
        from cursor: inout ByteCursor,
        in source: ByteSource,
        depth: Int
    ) throws(GGUFError) -> GGUFValue {
        switch type {
        case .uint8: return .uint8(try cursor.integer())
        case .int8: return .int8(try cursor.integer())
        case .uint16: return .uint16(try cursor.integer())
        case .int16: return .int16(try cursor.integer())
        case .uint32: return .uint32(try cursor.integer())
        case .int32: return .int32(try cursor.integer())
        case .uint64: return .uint64(try cursor.integer())
        case .int64: return .int64(try cursor.integer())
        case .float32: return .float32(Float(bitPattern: try cursor.integer()))
        case .float64: return .float64(Double(bitPattern: try cursor.integer()))
        case .bool:
            let start = cursor.offset
            let raw = try cursor.integer(UInt8.self)
            guard raw <= 1 else {
                throw GGUFError(.invalidValue, "A truth value is \(raw), neither 0 nor 1.", offset: start)
            }
            return .bool(raw == 1)
        case .string:
            let range = try cursor.textRange()
            return .string(GGUFString(bytes: Array(cursor.bytes[range])))
        case .array:
            return .array(try array(from: &cursor, in: source, depth: depth + 1))
        }
    }

    /// Reads an array's header, checks all elements, and leaves them where they are.
    private static func array(
        from cursor: inout ByteCursor,
        in source: ByteSource,
        depth: Int
    ) throws(GGUFError) -> GGUFArray {
        let (type, count) = try arrayHeader(from: &cursor, depth: depth)
        let start = cursor.offset
        try skip(type, count: count, in: &cursor, depth: depth)
        return GGUFArray(elementType: type, count: count, source: source.slice(start..<cursor.offset))
    }

    private static func arrayHeader(
        from cursor: inout ByteCursor,
        depth: Int
    ) throws(GGUFError) -> (GGUFValueType, Int) {
        guard depth <= GGUFArray.maximumDepth else {
            throw GGUFError(
                .invalidValue,
                "Arrays lie more than \(GGUFArray.maximumDepth) deep in each other.",
                offset: cursor.offset
            )
        }
        let type = try valueType(from: &cursor)
        let count = try cursor.count(of: "array elements", minimumByteCount: type.minimumByteCount)
        return (type, count)
    }

    /// Reads a value type's number.
    static func valueType(from cursor: inout ByteCursor) throws(GGUFError) -> GGUFValueType {
        let start = cursor.offset
        let raw = try cursor.integer(UInt32.self)
        guard let type = GGUFValueType(rawValue: raw) else {
            throw GGUFError(.invalidValue, "A value has the type \(raw), which GGUF doesn't define.", offset: start)
        }
        return type
    }

    /// Walks over `count` values, checking them; every value takes bytes, so the file's size bounds the work.
    private static func skip(
        _ type: GGUFValueType,
        count: Int,
        in cursor: inout ByteCursor,
        depth: Int
    ) throws(GGUFError) {
        switch type {
        case .string:
            for _ in 0..<count { _ = try cursor.textRange() }
        case .array:
            for _ in 0..<count {
                let (inner, innerCount) = try arrayHeader(from: &cursor, depth: depth + 1)
                try skip(inner, count: innerCount, in: &cursor, depth: depth + 1)
            }
        case .bool:
            let range = try cursor.range(count)
            if let wrong = cursor.bytes[range].firstIndex(where: { $0 > 1 }) {
                throw GGUFError(.invalidValue, "A truth value is neither 0 nor 1.", offset: wrong)
            }
        default:
            // The header's check bounds count * size by what is left.
            _ = try cursor.range(count * type.minimumByteCount)
        }
    }

    // MARK: Writing

    static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    static func append(text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        append(UInt64(text.count), to: &bytes)
        bytes.append(contentsOf: text)
    }

    /// Writes a value without its type.
    static func append(_ value: GGUFValue, to bytes: inout [UInt8]) {
        switch value {
        case .uint8(let value): append(value, to: &bytes)
        case .int8(let value): append(value, to: &bytes)
        case .uint16(let value): append(value, to: &bytes)
        case .int16(let value): append(value, to: &bytes)
        case .uint32(let value): append(value, to: &bytes)
        case .int32(let value): append(value, to: &bytes)
        case .uint64(let value): append(value, to: &bytes)
        case .int64(let value): append(value, to: &bytes)
        case .float32(let value): append(value.bitPattern, to: &bytes)
        case .float64(let value): append(value.bitPattern, to: &bytes)
        case .bool(let value): append(value ? UInt8(1) : 0, to: &bytes)
        case .string(let value): append(text: value.bytes, to: &bytes)
        case .array(let value):
            append(value.elementType.rawValue, to: &bytes)
            append(UInt64(value.count), to: &bytes)
            value.source.withBytes { bytes.append(contentsOf: $0) }
        }
    }
}
