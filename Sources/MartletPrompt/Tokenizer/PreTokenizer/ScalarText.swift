/// What a splitting rule may ask about a scalar, as bits.
enum ScalarClass {
    /// The class `\p{L}`.
    static let letter: UInt16 = 1
    /// The class `\p{N}`.
    static let number: UInt16 = 2
    /// The class `\p{M}`.
    static let mark: UInt16 = 4
    /// The class `\p{P}`.
    static let punctuation: UInt16 = 8
    /// The class `\p{S}`.
    static let symbol: UInt16 = 16
    /// `\s`: Unicode's White_Space.
    static let space: UInt16 = 32
    /// The class `[\r\n]`.
    static let newline: UInt16 = 64
    /// The class `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`.
    static let upper: UInt16 = 128
    /// The class `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
    static let lower: UInt16 = 256

    /// The classes of every scalar of the Basic Multilingual Plane; made once, in a millisecond or two.
    private static let table: [UInt16] = (0..<0x10000).map { value in
        Unicode.Scalar(UInt32(value)).map(classify) ?? 0
    }

    /// The classes of the scalar `value`.
    static func of(_ value: UInt32) -> UInt16 {
        if value < 0x10000 { return table[Int(value)] }
        return Unicode.Scalar(value).map(classify) ?? 0
    }

    private static func classify(_ scalar: Unicode.Scalar) -> UInt16 {
        let properties = scalar.properties
        var classes: UInt16 = properties.isWhitespace ? space : 0
        if scalar == "\r" || scalar == "\n" { classes |= newline }
        switch properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: classes |= letter | upper
        case .lowercaseLetter: classes |= letter | lower
        case .modifierLetter, .otherLetter: classes |= letter | upper | lower
        case .nonspacingMark, .spacingMark, .enclosingMark: classes |= mark | upper | lower
        case .decimalNumber, .letterNumber, .otherNumber: classes |= number
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            classes |= punctuation
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: classes |= symbol
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse,
            .unassigned:
            break
        @unknown default: break
        }
        return classes
    }
}

/// Text as scalars, with their classes and their places in the bytes.
struct ScalarText {
    private(set) var values: [UInt32] = []
    private(set) var classes: [UInt16] = []
    /// Where each scalar begins, and the end of the last.
    private(set) var offsets: [Int] = [0]

    var count: Int { values.count }

    /// Replaces the contents by `bytes`, which are valid UTF-8.
    mutating func replace(with bytes: UnsafeRawBufferPointer) {
        values.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        values.reserveCapacity(bytes.count)
        classes.reserveCapacity(bytes.count)
        offsets.reserveCapacity(bytes.count + 1)
        var offset = 0
        while offset < bytes.count {
            offsets.append(offset)
            var value = UInt32(bytes[offset])
            offset += 1
            if value >= 0x80 {
                value &= value >= 0xF0 ? 0x07 : value >= 0xE0 ? 0x0F : 0x1F
                while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 {
                    value = value << 6 | UInt32(bytes[offset] & 0x3F)
                    offset += 1
                }
            }
            values.append(value)
            classes.append(ScalarClass.of(value))
        }
        offsets.append(offset)
    }
}
