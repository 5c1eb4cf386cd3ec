import MartletSimulator
import Testing

@Suite("A bot's token")
struct SimulatorTokenTests {
    @Test(
        "is read where it is well-formed",
        arguments: [
            ("7000001:simulated-token", 7_000_001), ("1:abc", 1), ("", nil), ("abc", nil), ("0:abcdef", nil),
            ("5:ab", nil),
            ("5:a b", nil), ("-5:abcdef", nil), ("5:äbcdef", nil),
        ] as [(String, Int64?)]
    )
    func reads(text: String, bot: Int64?) {
        #expect(SimulatorToken(text)?.bot == bot)
    }
}
