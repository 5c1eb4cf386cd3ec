import MartletModel
import Testing

@Suite("The choice between a team and one thread")
struct TeamworkChoiceTests {
    private func takesTeam(_ choice: inout TeamworkChoice, rowCount: Int = 20) -> Bool {
        choice.takesTeam(rowCount: rowCount)
    }

    /// Batches that are read alone before the team is tried again.
    private func retreat(_ choice: inout TeamworkChoice) -> Int {
        var count = 0
        while !choice.takesTeam(rowCount: 20) { count += 1 }
        return count
    }

    @Test("a team that never waits long keeps its work")
    func quiet() {
        var choice = TeamworkChoice()
        for _ in 0..<1000 {
            let isTaken = takesTeam(&choice)
            #expect(isTaken)
            choice.note(rowCount: 20, longWaitCount: 6, layerCount: 6)
        }
    }

    @Test("long waits mean longer and longer retreats, up to a limit, until a batch goes well")
    func contended() {
        var choice = TeamworkChoice()
        var retreats: [Int] = []
        for _ in 0..<8 {
            choice.note(rowCount: 20, longWaitCount: 7, layerCount: 6)
            retreats.append(retreat(&choice))
        }
        #expect(retreats == [8, 16, 32, 64, 128, 256, 256, 256])
        choice.note(rowCount: 20, longWaitCount: 0, layerCount: 6)
        let afterSuccess = retreat(&choice)
        #expect(afterSuccess == 0)
        choice.note(rowCount: 20, longWaitCount: 7, layerCount: 6)
        let afterTrouble = retreat(&choice)
        #expect(afterTrouble == 8)
    }

    @Test("large batches always have the team and say nothing of small ones")
    func large() {
        var choice = TeamworkChoice()
        let rowCount = TeamworkChoice.rowLimit + 1
        choice.note(rowCount: rowCount, longWaitCount: 1000, layerCount: 6)
        let isSmallTaken = takesTeam(&choice)
        #expect(isSmallTaken)
        choice.note(rowCount: 20, longWaitCount: 1000, layerCount: 6)
        let isLargeTaken = takesTeam(&choice, rowCount: rowCount)
        #expect(isLargeTaken)
        let isLastTaken = takesTeam(&choice, rowCount: TeamworkChoice.rowLimit)
        #expect(!isLastTaken)
    }
}
