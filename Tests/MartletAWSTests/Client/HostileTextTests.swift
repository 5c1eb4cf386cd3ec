import MartletAWS
import MartletCore
import Testing

/// Random bytes, and good texts with bytes changed.
@Suite("Whatever a service, a file or a program says", .timeLimit(.minutes(1)))
struct HostileTextTests {
    private static let seeds = [
        "[profile a]\nrole_arn = b\n[sso-session c]\nx=y",
        "<R><Error><Code>A&amp;B&#x41;</Code><Message>m</Message></Error></R>",
        "2009-02-13T23:31:30+02:00", "arn:aws:secretsmanager:eu-west-1:1:secret:n#k",
        "\"/opt/my tool\" 'a b' c\\ d",
    ]

    @Test("is read without a crash")
    func mutations() {
        var generator = SplitMix(state: 5)
        for _ in 0..<5000 {
            var bytes = Array((Self.seeds.randomElement(using: &generator) ?? "").utf8)
            for _ in 0..<Int.random(in: 0...6, using: &generator) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch UInt8.random(in: 0...2, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let file = ProfileFile(text)
            #expect(file.profiles.count + file.sessions.count <= 3)
            #expect((XMLElement.text("Code", in: text) ?? "").utf8.count <= bytes.count * 3)
            _ = Timestamp.date(text)
            _ = try? SecretReference(text)
            #expect(CredentialsProcess.words(text).count <= bytes.count)
        }
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            // Wraps on purpose: the generator is defined modulo 2^64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
