import MartletCore
import MartletProviders
import MartletTestSupport
import Testing

@Suite("Hosted models behave as every language model does", .timeLimit(.minutes(1)))
struct ConformanceTests {
    @Test("keeps to the table of behaviours", arguments: ProviderFixture.all, ModelConformance.allCases)
    func behaviour(fixture: ProviderFixture, behaviour: ModelConformance) async throws {
        let findings = try await behaviour.findings(with: fixture.run)
        #expect(findings.isEmpty, "\(fixture.name), \(behaviour.rawValue): \(findings)")
    }

    /// What a routed model in front of a provider does.
    @Test("keeps to it behind a route", arguments: ModelConformance.allCases)
    func routed(behaviour: ModelConformance) async throws {
        let findings = try await behaviour.findings { scenario, check in
            try await ProviderFixture.openAI.run(scenario) { subject in
                let route = try RoutedModel(
                    name: "route",
                    upstreams: [Upstream(name: "one", model: subject.model)]
                )
                return try await check(
                    ModelConformance.Subject(route) { subject.isIdle() && route.health[0].activeRequestCount == 0 }
                )
            }
        }
        #expect(findings.isEmpty, "\(behaviour.rawValue): \(findings)")
    }

    @Test(
        "is a table that the scripted model keeps, as far as it knows the scenarios",
        arguments: [
            ModelConformance.endsOnce, .accountsForTokens, .endsWhenCancelled, .endsWhenDropped, .answersSeveralAtOnce,
            .countsTokens,
        ]
    )
    func scripted(behaviour: ModelConformance) async throws {
        let findings = try await behaviour.findings { scenario, check in
            let gate = Gate()
            let model = ScriptedLanguageModel { _ in
                scenario == .neverEnds ? [.say("tick"), .wait(for: gate)] : [.say("Hello, "), .say("world")]
            }
            return try await check(ModelConformance.Subject(model) { true })
        }
        #expect(findings.isEmpty, "\(behaviour.rawValue): \(findings)")
    }

    @Test("is a table that a model can fail")
    func canFail() async throws {
        let silent = ScriptedLanguageModel { _ in [] }
        for behaviour in [
            ModelConformance.endsOnce, .accountsForTokens, .callsTools, .sortsFailures, .endsAtTokenLimit,
        ] {
            let findings = try await behaviour.findings { _, check in
                try await check(ModelConformance.Subject(silent) { true })
            }
            #expect(!findings.isEmpty, "\(behaviour.rawValue)")
        }
    }
}
