import MartletCore

/// Unicode as the reference tokenizers know it, which isn't always the newest: the same ids need the same tables.
///
/// Decoded once, at the first use, in a millisecond or two.
struct ReferenceTables: Sendable {
    /// What is known of one scalar, as bits.
    struct Class: OptionSet, Sendable {
        let rawValue: UInt8
        static let control = Class(rawValue: 1)
        static let nonspacingMark = Class(rawValue: 2)
        static let combiningMark = Class(rawValue: 4)
        static let ideograph = Class(rawValue: 8)
        static let whiteSpace = Class(rawValue: 16)
        static let punctuation = Class(rawValue: 32)
        static let digit = Class(rawValue: 64)
        static let word = Class(rawValue: 128)
    }

    static let shared = ReferenceTables()

    /// One byte for each scalar of the first two planes.
    private let lowClasses: [UInt8]
    private let highRanges: [(bits: Class, range: ClosedRange<UInt32>)]
    private let canonical: ScalarMap
    private let compatible: ScalarMap
    private let lower: ScalarMap
    private let combiningClasses: [UInt32: UInt8]
    private let lowCombining: [UInt8]
    private let compositions: [UInt64: UInt32]

    private static let planeCount = 0x20000

    private init() {
        var low = [UInt8](repeating: 0, count: Self.planeCount)
        var high: [(bits: Class, range: ClosedRange<UInt32>)] = []
        let sets: [(Class, StaticString)] = [
            (.control, Self.controls), (.nonspacingMark, Self.nonspacingMarks), (.combiningMark, Self.combiningMarks),
            (.ideograph, Self.ideographs), (.whiteSpace, Self.whiteSpace), (.punctuation, Self.punctuation),
            (.digit, Self.digits), (.word, Self.wordScalars),
        ]
        for (bits, data) in sets {
            var numbers = PackedNumbers(data)
            var last: UInt32 = 0
            while let distance = numbers.next(), let length = numbers.next() {
                let start = last + distance
                last = start + length
                for value in start...last where value < Self.planeCount { low[Int(value)] |= bits.rawValue }
                if last >= Self.planeCount { high.append((bits, max(start, UInt32(Self.planeCount))...last)) }
            }
        }
        lowClasses = low
        highRanges = high

        var canonical = ScalarMap()
        var compatible = ScalarMap()
        var compositions: [UInt64: UInt32] = [:]
        var pending: [(scalar: UInt32, form: [UInt32])] = []
        Self.forEachForm(Self.decompositionData, flagBits: 2) { scalar, form, flags in
            if flags & 1 != 0 {
                compatible.insert(scalar, form)
            } else {
                canonical.insert(scalar, form)
                if flags & 2 != 0, form.count > 1 { pending.append((scalar, form)) }
            }
        }
        // A pair's left side may itself be composed: short forms first.
        for (scalar, form) in pending.sorted(by: { $0.form.count < $1.form.count }) {
            var left = form[0]
            for index in 1..<(form.count - 1) {
                left = compositions[Self.pair(left, form[index])] ?? left
            }
            compositions[Self.pair(left, form[form.count - 1])] = scalar
        }
        self.canonical = canonical
        self.compatible = compatible
        self.compositions = compositions

        var lower = ScalarMap()
        Self.forEachForm(Self.lowerCaseData, flagBits: 0) { scalar, form, _ in lower.insert(scalar, form) }
        self.lower = lower

        var combining: [UInt32: UInt8] = [:]
        var lowCombining = [UInt8](repeating: 0, count: Self.planeCount)
        var numbers = PackedNumbers(Self.combiningClassData)
        var last: UInt32 = 0
        while let distance = numbers.next(), let number = numbers.next() {
            last += distance
            if last < Self.planeCount {
                lowCombining[Int(last)] = UInt8(truncatingIfNeeded: number)
            } else {
                combining[last] = UInt8(truncatingIfNeeded: number)
            }
        }
        combiningClasses = combining
        self.lowCombining = lowCombining
    }

    private static func forEachForm(
        _ data: StaticString,
        flagBits: UInt32,
        _ body: (_ scalar: UInt32, _ form: [UInt32], _ flags: UInt32) -> Void
    ) {
        var numbers = PackedNumbers(data)
        var last: UInt32 = 0
        while let distance = numbers.next(), let head = numbers.next() {
            last += distance
            body(last, (0..<(head >> flagBits)).compactMap { _ in numbers.next() }, head & (1 << flagBits &- 1))
        }
    }

    private static func pair(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

    /// What is known of `scalar`.
    func classes(of scalar: UInt32) -> Class {
        if scalar < Self.planeCount { return Class(rawValue: lowClasses[Int(scalar)]) }
        return highRanges.reduce(into: []) { if $1.range.contains(scalar) { $0.formUnion($1.bits) } }
    }

    /// The canonical combining class; 0 for a scalar that begins a sequence.
    func combiningClass(of scalar: UInt32) -> UInt8 {
        scalar < Self.planeCount ? lowCombining[Int(scalar)] : combiningClasses[scalar] ?? 0
    }

    /// Calls `body` with each scalar of the full decomposition of `scalar`, itself if it has none.
    func decompose(_ scalar: UInt32, compatibly: Bool, _ body: (UInt32) -> Void) {
        if Hangul.syllables.contains(scalar) { return Hangul.decompose(scalar, body) }
        if compatibly, compatible.forEach(scalar, body) { return }
        if !canonical.forEach(scalar, body) { body(scalar) }
    }

    /// The scalar that both make together.
    func compose(_ left: UInt32, _ right: UInt32) -> UInt32? {
        Hangul.compose(left, right) ?? compositions[Self.pair(left, right)]
    }

    /// Calls `body` with each scalar of the lower case of `scalar`.
    func lowercase(_ scalar: UInt32, _ body: (UInt32) -> Void) {
        if !lower.forEach(scalar, body) { body(scalar) }
    }
}

/// Hangul syllables, which are made of their letters by arithmetic (The Unicode Standard, section 3.12).
private enum Hangul {
    static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

    static func decompose(_ scalar: UInt32, _ body: (UInt32) -> Void) {
        let index = scalar - 0xAC00
        body(0x1100 + index / 588)
        body(0x1161 + index % 588 / 28)
        if index % 28 != 0 { body(0x11A7 + index % 28) }
    }

    static func compose(_ left: UInt32, _ right: UInt32) -> UInt32? {
        if 0x1100...0x1112 ~= left, 0x1161...0x1175 ~= right {
            return 0xAC00 + ((left - 0x1100) * 21 + (right - 0x1161)) * 28
        }
        if syllables.contains(left), (left - 0xAC00) % 28 == 0, 0x11A8...0x11C2 ~= right {
            return left + (right - 0x11A7)
        }
        return nil
    }
}

/// Scalars and what they become.
private struct ScalarMap: Sendable {
    /// For each scalar of the first two planes, where its form lies, plus 1; 0 has none.
    private var low = [UInt16](repeating: 0, count: 0x20000)
    private var high: [UInt32: UInt16] = [:]
    private var ends: [UInt32] = [0]
    private var scalars: [UInt32] = []

    mutating func insert(_ scalar: UInt32, _ form: [UInt32]) {
        scalars += form
        ends.append(UInt32(truncatingIfNeeded: scalars.count))
        let place = UInt16(truncatingIfNeeded: ends.count - 1)
        if scalar < low.count { low[Int(scalar)] = place } else { high[scalar] = place }
    }

    /// Calls `body` with each scalar of the form, or says that there is none.
    func forEach(_ scalar: UInt32, _ body: (UInt32) -> Void) -> Bool {
        let place = scalar < low.count ? low[Int(scalar)] : high[scalar] ?? 0
        guard place != 0 else { return false }
        for index in ends[Int(place) - 1]..<ends[Int(place)] { body(scalars[Int(index)]) }
        return true
    }
}

/// Variable-length numbers in base 64.
private struct PackedNumbers {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var bits: UInt32 = 0
    private var bitCount = 0

    init(_ text: StaticString) {
        bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    mutating func next() -> UInt32? {
        var number: UInt32 = 0
        var shift: UInt32 = 0
        while let byte = nextByte() {
            number |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    private mutating func nextByte() -> UInt8? {
        while bitCount < 8 {
            guard offset < bytes.count, let digit = Base64.digit(bytes[offset]) else { return nil }
            bits = (bits << 6 | digit) & 0xFFFF
            bitCount += 6
            offset += 1
        }
        bitCount -= 8
        return UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
    }
}
