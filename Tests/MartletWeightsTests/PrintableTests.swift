import MartletWeights
import Testing

@Suite("Text from files, made harmless")
struct PrintableTests {
    @Test(
        "escapes what drives terminals and leaves all else",
        arguments: [
            ("plain text 雨燕 ё", "plain text 雨燕 ё"),
            ("a\u{1B}]0;x\u{07}b", "a\\u{1B}]0;x\\u{7}b"),
            ("\r\n\t", "\\r\\n\\t"),
            ("\u{9B}31m", "\\u{9B}31m"),
            ("\u{202E}\u{2066}\u{200B}", "\\u{202E}\\u{2066}\\u{200B}"),
            ("\u{2028}\u{2029}\u{7F}\u{0}", "\\u{2028}\\u{2029}\\u{7F}\\u{0}"),
            ("\\", "\\"),
        ]
    )
    func escapes(text: String, expected: String) {
        #expect(printable(text) == expected)
    }

    @Test("cuts long text")
    func cuts() {
        #expect(printable("abcdef", limit: 3) == "abc…")
        #expect(printable("abc", limit: 3) == "abc")
    }
}
