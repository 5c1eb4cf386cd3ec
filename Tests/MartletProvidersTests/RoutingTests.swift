import MartletCore
import MartletProviders
import MartletTestSupport
import Synchronization
import Testing

@Suite("Routing decisions")
struct RoutingTests {
    private let start = ContinuousClock.now

    private enum Step {
        case fails(Duration?)
        case succeeds
        case asks(at: Duration, admitted: Bool)
        case abandoned(at: Duration)
    }

    private static let tables: [(name: String, steps: [Step])] = [
        (
            "opens after three failures in a row, tries once after the rest, and closes",
            [
                .fails(nil), .fails(nil), .asks(at: .zero, admitted: true), .fails(nil),
                .asks(at: .seconds(9), admitted: false), .asks(at: .seconds(10), admitted: true),
                .asks(at: .seconds(10), admitted: false), .succeeds, .asks(at: .seconds(10), admitted: true),
                .asks(at: .seconds(10), admitted: true),
            ]
        ),
        (
            "forgets failures after a success",
            [.fails(nil), .fails(nil), .succeeds, .fails(nil), .fails(nil), .asks(at: .zero, admitted: true)]
        ),
        (
            "rests twice as long when the trial fails",
            [
                .fails(nil), .fails(nil), .fails(nil), .asks(at: .seconds(10), admitted: true), .fails(nil),
                .asks(at: .seconds(19), admitted: false), .asks(at: .seconds(20), admitted: true),
            ]
        ),
        (
            "opens at once for as long as it is asked",
            [.fails(.seconds(60)), .asks(at: .seconds(59), admitted: false), .asks(at: .seconds(60), admitted: true)]
        ),
        (
            "believes no more than five minutes",
            [.fails(.seconds(86_400)), .asks(at: .seconds(300), admitted: true)]
        ),
        (
            "tries again when nobody learns how the trial went",
            [
                .fails(.seconds(1)), .asks(at: .seconds(1), admitted: true), .abandoned(at: .seconds(2)),
                .asks(at: .seconds(2), admitted: true),
            ]
        ),
    ]

    @Test("gives failing upstreams a rest", arguments: tables.indices)
    func breaker(index: Int) {
        var breaker = CircuitBreaker()
        for (number, step) in Self.tables[index].steps.enumerated() {
            switch step {
            // Failures come at the start, so that rests are easy to count.
            case .fails(let rest): breaker.noteFailure(at: start, requestedRest: rest)
            case .succeeds: breaker.noteSuccess()
            case .abandoned(let time): breaker.noteAbandoned(at: start + time)
            case .asks(let time, let admitted):
                #expect(breaker.admit(at: start + time) == admitted, "\(Self.tables[index].name), step \(number)")
            }
        }
    }

    private static let local = RoutePlan.Candidate(isLocal: true)
    private static let hosted = RoutePlan.Candidate(isLocal: false)

    private static func local(wait: Int?) -> RoutePlan.Candidate {
        RoutePlan.Candidate(isLocal: true, estimatedWait: wait.map { .seconds($0) })
    }

    private static let plans:
        [(candidates: [RoutePlan.Candidate], burst: Int?, localOnly: Bool, order: [Int], isBurst: Bool, isBusy: Bool)] =
            [
                ([local, hosted], nil, false, [0, 1], false, false),
                ([hosted, local], nil, true, [1], false, false),
                ([hosted], nil, true, [], false, false),
                ([RoutePlan.Candidate(isLocal: false, isHealthy: false), local], nil, false, [1], false, false),
                ([RoutePlan.Candidate(isLocal: false, hasRoom: false), local], nil, false, [1], false, false),
                ([RoutePlan.Candidate(isLocal: false, hasRoom: false)], nil, false, [], false, true),
                ([RoutePlan.Candidate(isLocal: false, isHealthy: false, hasRoom: false)], nil, false, [], false, false),
                ([local(wait: 21), hosted], 20, false, [1, 0], true, false),
                ([local(wait: 20), hosted], 20, false, [0, 1], false, false),
                ([local(wait: nil), hosted], 20, false, [0, 1], false, false),
                ([local(wait: 21), hosted], 20, true, [0], false, false),
                ([local(wait: 21), local], 20, false, [0, 1], false, false),
                (
                    [local(wait: 21), RoutePlan.Candidate(isLocal: false, isHealthy: false)], 20, false, [0], false,
                    false
                ),
                ([hosted, local(wait: 21)], 20, false, [0, 1], false, false),
            ]

    @Test("orders the models behind a name", arguments: plans.indices)
    func plan(index: Int) {
        let row = Self.plans[index]
        let plan = RoutePlan(row.candidates, burstAfter: row.burst.map { .seconds($0) }, isLocalOnly: row.localOnly)
        #expect(plan.order == row.order)
        #expect(plan.isBurst == row.isBurst)
        #expect(plan.isOnlyBusy == row.isBusy)
    }

    @Test("estimates a wait from what the engine spent on each request that ended")
    func waits() {
        var estimate = WaitEstimate()
        var counts = ModelStatistics()
        counts.waitingRequestCount = 4
        #expect(estimate.update(counts) == nil)
        counts.finishedRequestCount = 10
        counts.stepDuration = .seconds(50)
        #expect(estimate.update(counts) == .seconds(20))
        #expect(estimate.update(counts) == .seconds(20), "nothing ended meanwhile")
        counts.finishedRequestCount = 11
        counts.stepDuration = .seconds(65)
        counts.waitingRequestCount = 1
        #expect(abs((estimate.update(counts) ?? .zero) / .seconds(1) - 8) < 0.001, "the recent ones count for a part")
    }
}

@Suite("Routes", .timeLimit(.minutes(1)))
struct RouteTests {
    private static func failing(_ code: ProviderError.Code, retryAfter: Duration? = nil, after text: String? = nil)
        -> ScriptedLanguageModel
    {
        let error = ProviderError(code, provider: "p", "failed", remedy: "None", retryAfter: retryAfter)
        return ScriptedLanguageModel { _ in (text.map { [.say($0)] } ?? []) + [.fail(error)] }
    }

    private func answer(_ model: any LanguageModel) async throws -> String {
        var text = ""
        for try await event in model.generate(GenerationRequest(.messages([.user("Hi")]))) {
            if case .text(let piece) = event { text += piece }
        }
        return text
    }

    @Test(
        "goes on to the next model after failures that are not the request's",
        arguments: [
            (ProviderError.Code.serverError, true), (.connectionFailed, true), (.timedOut, true), (.rateLimited, true),
            (.overloaded, true), (.unauthorized, true), (.unknownModel, true), (.malformedResponse, true),
            (.invalidRequest, false), (.contextTooLong, false), (.unsupported, false), (.contentFiltered, false),
        ]
    )
    func failOver(code: ProviderError.Code, goesOn: Bool) async throws {
        let second = ScriptedLanguageModel.saying("from the second")
        let events = Mutex<[String]>([])
        let route = try RoutedModel(
            name: "r",
            upstreams: [Upstream(name: "first", model: Self.failing(code)), Upstream(name: "second", model: second)]
        ) { event in
            if case .failedOver(_, let upstream, _) = event { events.withLock { $0.append(upstream) } }
        }
        if goesOn {
            #expect(try await answer(route) == "from the second")
            #expect(events.withLock { $0 } == ["first"])
        } else {
            await #expect(throws: ProviderError.self) { try await answer(route) }
            #expect(second.requests.isEmpty)
        }
    }

    @Test("does not go on once something was said")
    func afterOutput() async throws {
        let second = ScriptedLanguageModel.saying("second")
        let route = try RoutedModel(
            name: "r",
            upstreams: [
                Upstream(name: "first", model: Self.failing(.serverError, after: "half")),
                Upstream(name: "second", model: second),
            ]
        )
        await #expect(throws: ProviderError.self) { try await answer(route) }
        #expect(second.requests.isEmpty)
    }

    @Test("reports the first model's failure where all fail, and then that they rest")
    func allFail() async throws {
        let route = try RoutedModel(
            name: "r",
            upstreams: [
                Upstream(name: "a", model: Self.failing(.serverError)),
                Upstream(name: "b", model: Self.failing(.timedOut)),
            ]
        )
        for _ in 0..<3 {
            let error = await #expect(throws: ProviderError.self) { try await answer(route) }
            #expect(error?.code == .serverError)
        }
        let error = await #expect(throws: ProviderError.self) { try await answer(route) }
        #expect(error?.code == .noUpstream)
        #expect(error?.description.contains("a, b") == true)
        for health in route.health {
            guard case .resting = health.condition else {
                Issue.record("\(health)")
                continue
            }
        }
    }

    @Test("keeps to the limit of requests at once, and gives places back")
    func limit() async throws {
        let gate = Gate()
        let slow = ScriptedLanguageModel { _ in [.say("slow"), .wait(for: gate)] }
        let other = ScriptedLanguageModel.saying("other")
        let first = Upstream(name: "slow", model: slow, maximumConcurrentRequestCount: 1)
        let route = try RoutedModel(name: "r", upstreams: [first, Upstream(name: "other", model: other)])
        let alone = try RoutedModel(name: "alone", upstreams: [first])
        var iterator = route.generate(GenerationRequest(.messages([.user("Hi")]))).makeAsyncIterator()
        #expect(try await iterator.next() == .text("slow"))
        #expect(try await answer(route) == "other")
        let error = await #expect(throws: ProviderError.self) { try await answer(alone) }
        #expect(error?.failureKind == .overloaded(retryAfter: nil))
        gate.open()
        while try await iterator.next() != nil {}
        #expect(first.health.activeRequestCount == 0)
        #expect(try await answer(alone) == "slow")
    }

    @Test("sends requests elsewhere while the local model's queue is too long")
    func burst() async throws {
        let local = QueuedModel()
        let hosted = HostedStub()
        let route = try RoutedModel(
            name: "r",
            upstreams: [Upstream(name: "local", model: local), Upstream(name: "hosted", model: hosted)],
            burstAfter: .seconds(20)
        )
        #expect(try await answer(route) == "local")
        local.wait(count: 5)
        #expect(try await answer(route) == "hosted")
        local.wait(count: 4)
        #expect(try await answer(route) == "local")
    }

    @Test("has nothing to do with models elsewhere where only local ones may be used")
    func localOnly() async throws {
        let hosted = Upstream(name: "hosted", model: HostedStub())
        let error = #expect(throws: ProviderError.self) {
            try RoutedModel(name: "r", upstreams: [hosted], isLocalOnly: true)
        }
        #expect(error?.code == .localOnly)
        let route = try RoutedModel(
            name: "r",
            upstreams: [hosted, Upstream(name: "local", model: QueuedModel())],
            isLocalOnly: true
        )
        #expect(route.information.isLocal)
        #expect(try await answer(route) == "local")
    }
}

/// A local model with a queue of whatever length the test wants; each request takes five seconds.
private final class QueuedModel: ModelObserving {
    private let counts: Mutex<ModelStatistics>

    let information = LanguageModelInformation(name: "local", contextLength: 4096)

    init() {
        var counts = ModelStatistics()
        counts.finishedRequestCount = 10
        counts.stepDuration = .seconds(50)
        self.counts = Mutex(counts)
    }

    var statistics: ModelStatistics { counts.withLock { $0 } }

    func wait(count: Int) {
        counts.withLock { $0.waitingRequestCount = count }
    }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        ScriptedLanguageModel.saying("local").generate(request)
    }

    func tokenCount(of input: GenerationRequest.Input) async throws -> Int { 1 }
}

private struct HostedStub: LanguageModel {
    let information = LanguageModelInformation(name: "hosted", contextLength: 4096, isLocal: false)

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        ScriptedLanguageModel.saying("hosted").generate(request)
    }

    func tokenCount(of input: GenerationRequest.Input) async throws -> Int { 1 }
}
