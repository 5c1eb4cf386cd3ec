import MartletEngine
import Testing

@Suite("The pace of steps in which answers go on")
struct StepPacerTests {
    @Test(
        "a chunk is as large as fits the delay, in whole tiles, and neither tiny nor above the limit",
        arguments: [(1.0, 240), (3.2, 64), (5, 48), (40, 32), (0.01, 256)]
    )
    func chunks(milliseconds: Double, expected: Int) {
        var pacer = StepPacer()
        #expect(pacer.rowCount(limit: 256) == 256)
        pacer.record(rowCount: 100, duration: .microseconds(Int(milliseconds * 100_000)))
        #expect(pacer.rowCount(limit: 256) == expected)
        #expect(pacer.rowCount(limit: 20) == 20)
    }

    @Test("steps of few rows say nothing, and one slow step changes little")
    func noise() {
        var pacer = StepPacer()
        pacer.record(rowCount: 1, duration: .seconds(10))
        #expect(pacer.rowCount(limit: 256) == 256)
        for _ in 0..<10 { pacer.record(rowCount: 64, duration: .milliseconds(128)) }
        #expect(pacer.rowCount(limit: 256) == 112)
        pacer.record(rowCount: 64, duration: .milliseconds(256))
        #expect(pacer.rowCount(limit: 256) == 96)
    }
}
