/// Ranges of scalars as ranges of bytes.
enum UTF8Ranges {
    /// The UTF-8 of all scalars of `range`: any of the forms, each a range of bytes for every place.
    ///
    /// - Parameter range: Without halves of surrogate pairs.
    static func forms(of range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
        var forms: [[ClosedRange<UInt8>]] = []
        // Scalars of one length, and of them those that share all but a block of last bytes, have rectangular forms.
        for length: ClosedRange<UInt32> in [0...0x7F, 0x80...0x7FF, 0x800...0xFFFF, 0x10000...0x10FFFF]
        where range.overlaps(length) {
            split(range.clamped(to: length), into: &forms)
        }
        return forms
    }

    private static func split(_ range: ClosedRange<UInt32>, into forms: inout [[ClosedRange<UInt8>]]) {
        let low = range.lowerBound
        let high = range.upperBound
        for shift: UInt32 in [6, 12, 18] where low >= 0x80 {
            let mask: UInt32 = (1 << shift) - 1
            guard low & ~mask != high & ~mask else { continue }
            if low & mask != 0 {
                split(low...(low | mask), into: &forms)
                split((low | mask) + 1...high, into: &forms)
                return
            }
            if high & mask != mask {
                split(low...(high & ~mask) - 1, into: &forms)
                split(high & ~mask...high, into: &forms)
                return
            }
        }
        forms.append(zip(encode(low), encode(high)).map { $0...$1 })
    }

    private static func encode(_ scalar: UInt32) -> [UInt8] {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
        return switch scalar {
        case 0...0x7F: [UInt8(truncatingIfNeeded: scalar)]
        case 0x80...0x7FF: [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), tail(0)]
        case 0x800...0xFFFF: [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), tail(6), tail(0)]
        default: [0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), tail(12), tail(6), tail(0)]
        }
    }
}
