/// The classes that patterns have letters for, as ECMAScript has them.
enum PatternClasses {
    /// `\d`.
    static let digits = ScalarRanges([0x30...0x39])
    /// `\w`.
    static let words = ScalarRanges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// `\s`, as far as all engines that validate agree on it.
    static let spaces = ScalarRanges([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000,
    ])
    /// What is `\s` to any engine, and so is kept out where spaces are.
    static let possibleSpaces = spaces.union(ScalarRanges([0x1C...0x1F, 0x85...0x85, 0xFEFF...0xFEFF]))
}
