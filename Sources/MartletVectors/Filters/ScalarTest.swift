/// Which characters, as Unicode scalars, a place in an expression takes.
indirect enum ScalarTest: Sendable {
    case range(ClosedRange<UInt32>)
    /// The general category's first letter, and its second one if it matters, such as `L` or `Lu`.
    case category(String)
    case any([ScalarTest])
    case not(ScalarTest)
    /// The same in capitals or small letters.
    case ignoringCase(ScalarTest)

    static func scalar(_ scalar: Unicode.Scalar) -> ScalarTest { .range(scalar.value...scalar.value) }

    static let everything = ScalarTest.range(0...0x10FFFF)
    static let lineEnd = ScalarTest.scalar("\n")
    static let digit = ScalarTest.category("Nd")
    static let word = ScalarTest.any([.category("L"), .category("N"), .category("M"), .scalar("_")])
    static let space = ScalarTest.any([.range(9...13), .scalar("\u{85}"), .category("Z")])

    /// Whether it takes a character.
    func accepts(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .range(let range): return range.contains(scalar.value)
        case .category(let name):
            // The categories of ASCII are asked for most.
            let category = scalar.isASCII ? asciiCategories[Int(scalar.value)] : scalar.properties.generalCategory.code
            return category.hasPrefix(name)
        case .any(let tests): return tests.contains { $0.accepts(scalar) }
        case .not(let test): return !test.accepts(scalar)
        case .ignoringCase(let test):
            if test.accepts(scalar) { return true }
            let properties = scalar.properties
            return [properties.lowercaseMapping, properties.uppercaseMapping].contains { mapping in
                mapping.unicodeScalars.count == 1 && mapping.unicodeScalars.allSatisfy { test.accepts($0) }
            }
        }
    }

    /// Whether a name is that of a general category or of a group of them.
    static func isCategory(_ name: String) -> Bool {
        (1...2).contains(name.utf8.count) && categoryCodes.contains { $0.hasPrefix(name) }
    }
}

private let categoryCodes = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
]

private let asciiCategories: [String] = (0..<128).map {
    Unicode.Scalar(UInt8($0)).properties.generalCategory.code
}

extension Unicode.GeneralCategory {
    /// The two letters of Unicode's tables.
    fileprivate var code: String {
        switch self {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
