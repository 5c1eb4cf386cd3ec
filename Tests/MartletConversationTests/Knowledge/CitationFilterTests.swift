import MartletConversation
import Testing

@Suite("Marks in answers")
struct CitationFilterTests {
    private static let cases: [(String, String, [Int])] = [
        ("It does [1].", "It does [1].", [1]),
        ("It does [4]. And [2][9].", "It does. And [2].", [2]),
        ("Both [1, 3] and [1-2].", "Both [1][3] and [1][2].", [1, 2, 3]),
        ("None [7].", "None.", []),
        ("Code `a[7]` stays, ```x\ny[9]\n``` too [2].", "Code `a[7]` stays, ```x\ny[9]\n``` too [2].", [2]),
        ("A [link](http://a) and [9](http://b).", "A [link](http://a) and [9](http://b).", []),
        ("[x] [ ] [12", "[x] [ ] [12", []),
        ("Odd [1, two] [] [-] [[1]]", "Odd [1, two] [] [-] [[1]]", [1]),
        ("Wide 【2】 and [^1]", "Wide [2] and [1]", [1, 2]),
        ("[99999999999999999999]", "[99999999999999999999]", []),
        ("é🐦 [2]", "é🐦 [2]", [2]),
    ]

    @Test("unknown ones are taken away, however the text comes", arguments: cases)
    func marks(text: String, expected: String, known: [Int]) {
        for size in [1, 2, 3, 100] {
            var filter = CitationFilter(known: [1, 2, 3])
            var passed = ""
            var rest = text[...]
            while !rest.isEmpty {
                passed += filter.append(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            passed += filter.finish()
            #expect(passed == expected)
            #expect(filter.marks.keys.sorted() == known)
            let scalars = Array(passed.unicodeScalars)
            for (number, ranges) in filter.marks {
                for range in ranges {
                    #expect(String(String.UnicodeScalarView(scalars[range])) == "[\(number)]")
                }
            }
        }
    }
}
