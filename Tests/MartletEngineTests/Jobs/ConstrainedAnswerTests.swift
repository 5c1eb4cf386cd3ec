import MartletCore
import MartletEngine
import Testing

@Suite("Answers held to a form")
struct ConstrainedAnswerTests {
    private func answer(_ constraint: ListConstraint, _ change: (inout GenerationPlan) -> Void = { _ in }) async throws
        -> Answer
    {
        let engine = try ScriptedLoop(script: "abcdefghijklm")
        var plan = engine.plan([1])
        plan.constraint = constraint
        change(&plan)
        return try await engine.submit(plan).answer()
    }

    @Test("say what the form allows and end when it is complete")
    func complete() async throws {
        let found = try await answer(ListConstraint([[5, 6], [3], [5, 9]]))
        // All but the script's letter are equally likely: the lowest allowed token, or the script's.
        #expect(found.text == "cac")
        #expect(found.summary?.reason == .endOfTurn)
        #expect(found.summary?.usage.generatedTokenCount == 3)
    }

    @Test("end by an end token only where the form may end")
    func ends() async throws {
        let bias: (inout GenerationPlan) -> Void = { $0.sampling.logitBias = [TokenID(2): 100] }
        let form: [Set<Int32>] = [[3], [4], [5]]
        #expect(try await answer(ListConstraint(form), bias).text == "abc")
        #expect(try await answer(ListConstraint(form, ends: [1]), bias).text == "a")
        #expect(try await answer(ListConstraint(form, ends: [0]), bias).text == "")
    }

    @Test("end by their length and by stop strings like others")
    func limits() async throws {
        let form: [Set<Int32>] = [[3], [4], [5], [6]]
        let short = try await answer(ListConstraint(form)) { $0.maximumTokenCount = 2 }
        #expect(short.text == "ab")
        #expect(short.summary?.reason == .length)
        #expect(try await answer(ListConstraint([])).text == "")
    }

    @Test("fail where nothing is left, and keep what was said")
    func deadEnd() async throws {
        let error = await #expect(throws: EngineError.self) { try await answer(ListConstraint([[3], [], [3]])) }
        #expect(error?.code == .deadEnd)
    }
}
