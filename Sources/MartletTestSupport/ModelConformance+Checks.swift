import MartletCore

extension ModelConformance {
    /// What a chat says that must turn up in no error.
    private static let privateText = "my grandmother's recipe for plum jam"

    private static func request(_ text: String = "Say hello.") -> GenerationRequest {
        GenerationRequest(.messages([.user(text)]), maximumTokenCount: 64)
    }

    /// The events of a stream, all of them.
    private static func collect(
        _ model: any LanguageModel,
        _ request: GenerationRequest
    ) async throws -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        for try await event in model.generate(request) { events.append(event) }
        return events
    }

    private static func text(_ events: [GenerationEvent]) -> String {
        events.reduce(into: "") { if case .text(let piece) = $1 { $0 += piece } }
    }

    private static func summary(_ events: [GenerationEvent]) -> GenerationSummary? {
        if case .finished(let summary) = events.last { summary } else { nil }
    }

    /// The sentence, unless the condition holds.
    private static func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) -> [String] {
        condition ? [] : [sentence()]
    }

    private static func settles(_ subject: Subject) async throws -> [String] {
        let end = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < end {
            if subject.isIdle() { return [] }
            try await Task.sleep(for: .milliseconds(5))
        }
        return ["something is still held five seconds after the end"]
    }

    static func checkEnd(_ subject: Subject) async throws -> [String] {
        let events = try await collect(subject.model, request())
        let ends = events.count { if case .finished = $0 { true } else { false } }
        let hasEmpty = events.contains { $0 == .text("") || $0 == .thinking("") }
        return expect(ends == 1, "there are \(ends) ends")
            + expect(summary(events) != nil, "the end is not the last event")
            + expect(!text(events).isEmpty, "nothing was said") + expect(!hasEmpty, "a piece is empty")
            + expect(
                [.endOfTurn, .length].contains(summary(events)?.reason),
                "the reason is \(summary(events)?.reason.rawValue ?? "missing")"
            ) + (try await settles(subject))
    }

    static func checkAccount(_ subject: Subject) async throws -> [String] {
        guard let summary = summary(try await collect(subject.model, request())) else { return ["there is no end"] }
        let usage = summary.usage
        return expect(usage.promptTokenCount > 0, "the prompt has \(usage.promptTokenCount) tokens")
            + expect(usage.generatedTokenCount > 0, "the answer has \(usage.generatedTokenCount) tokens")
            + expect(
                (0...usage.promptTokenCount).contains(usage.reusedTokenCount),
                "\(usage.reusedTokenCount) tokens were reused of \(usage.promptTokenCount)"
            )
            + expect(
                (0...usage.generatedTokenCount).contains(usage.thinkingTokenCount),
                "\(usage.thinkingTokenCount) tokens were thought of \(usage.generatedTokenCount)"
            )
            + expect(usage.cost.map { $0 >= 0 && $0.isFinite } ?? true, "the cost is \(usage.cost ?? 0)")
            + expect(
                summary.queueDuration >= .zero && summary.promptDuration >= .zero
                    && summary.generationDuration >= .zero,
                "a duration is negative"
            )
    }

    static func checkStop(_ subject: Subject) async throws -> [String] {
        var request = request()
        request.stopStrings = ["END", "never said"]
        let events = try await collect(subject.model, request)
        return expect(!text(events).contains("END"), "the stop string was said")
            + expect(
                [.stopString, .endOfTurn].contains(summary(events)?.reason),
                "the reason is \(summary(events)?.reason.rawValue ?? "missing")"
            ) + (try await settles(subject))
    }

    static func checkLimit(_ subject: Subject) async throws -> [String] {
        var request = request()
        request.maximumTokenCount = 3
        let events = try await collect(subject.model, request)
        return expect(
            summary(events)?.reason == .length,
            "the reason is \(summary(events)?.reason.rawValue ?? "missing")"
        )
    }

    static func checkCancellation(_ subject: Subject) async throws -> [String] {
        let gate = Gate()
        let reader = Task {
            var count = 0
            for try await _ in subject.model.generate(Self.request()) {
                count += 1
                gate.open()
            }
            return count
        }
        try await gate.wait()
        let start = ContinuousClock.now
        reader.cancel()
        var findings: [String] = []
        do {
            _ = try await reader.value
        } catch is CancellationError {
            // A stream may end in either way for a reader that is cancelled itself.
        } catch {
            findings.append("cancellation is reported as \(error)")
        }
        return findings + expect(ContinuousClock.now - start < .seconds(2), "the stream went on after the cancellation")
            + (try await settles(subject))
    }

    static func checkDropping(_ subject: Subject) async throws -> [String] {
        for try await event in subject.model.generate(request()) {
            if case .text = event { break }
        }
        return try await settles(subject)
    }

    static func checkDeadline(_ subject: Subject, isSilent: Bool) async throws -> [String] {
        // A busy machine may need long to say its first word: a model that keeps it has said it by the last one.
        let patience: [Duration] = isSilent ? [.milliseconds(200)] : [.seconds(1), .seconds(4), .seconds(16)]
        var findings: [String] = []
        for time in patience {
            var request = request()
            request.deadline = .now + time
            let start = ContinuousClock.now
            let events = try await collect(subject.model, request)
            findings =
                expect(
                    summary(events)?.reason == .deadline,
                    "the reason is \(summary(events)?.reason.rawValue ?? "missing")"
                ) + expect(isSilent || !text(events).isEmpty, "what was said is lost")
                + expect(ContinuousClock.now - start < time + .seconds(6), "the end came long after the deadline")
                + (try await settles(subject))
            if findings.isEmpty { break }
        }
        return findings
    }

    static func checkTools(_ subject: Subject) async throws -> [String] {
        var request = GenerationRequest(.messages([.user("What is the weather in Paris?")]))
        request.tools = [
            ToolDefinition(
                name: "get_weather",
                description: "The weather of a city.",
                parameters: [
                    "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"],
                ]
            )
        ]
        let events = try await collect(subject.model, request)
        let calls = events.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
        guard let call = calls.first else { return ["no tool was called"] }
        return expect(calls.count == 1, "\(calls.count) tools were called")
            + expect(call.name == "get_weather", "another tool was called")
            + expect(!call.id.isEmpty, "the call has no id")
            + expect(
                (try? JSONValue(parsing: call.arguments.utf8)) == ["city": "Paris"],
                "the arguments are not the ones of the call"
            )
            + expect(
                summary(events)?.reason == .toolCalls,
                "the reason is \(summary(events)?.reason.rawValue ?? "missing")"
            )
    }

    static func checkFailure(_ subject: Subject, _ kind: ModelFailureKind) async throws -> [String] {
        var request = request(privateText)
        request.contextOverflow = .fail
        do {
            _ = try await collect(subject.model, request)
            return ["\(kind): nothing failed"]
        } catch let failure as any ModelFailure {
            return expect(sameCase(failure.failureKind, kind), "\(kind) is reported as \(failure.failureKind)")
                + expect(!failure.description.isEmpty, "\(kind) has no description")
                + expect(!failure.description.contains("plum jam"), "\(kind) repeats what was said")
                + (try await settles(subject))
        } catch {
            return ["\(kind) is no ModelFailure but \(type(of: error))"]
        }
    }

    private static func sameCase(_ left: ModelFailureKind, _ right: ModelFailureKind) -> Bool {
        switch (left, right) {
        case (.invalidRequest, .invalidRequest), (.overloaded, .overloaded): true
        default: left == right
        }
    }

    static func checkSeveral(_ subject: Subject) async throws -> [String] {
        let alone = text(try await collect(subject.model, request()))
        let together = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { text(try await collect(subject.model, request())) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return expect(
            together.allSatisfy { $0.isEmpty == alone.isEmpty },
            "an answer is missing when several are given at once"
        ) + (try await settles(subject))
    }

    static func checkCounts(_ subject: Subject) async throws -> [String] {
        let short = try await subject.model.tokenCount(of: .messages([.user("Hello.")]))
        let long = try await subject.model.tokenCount(
            of: .messages([.user(String(repeating: "Hello there, my friend. ", count: 50))])
        )
        return expect(short > 0, "a short text has \(short) tokens")
            + expect(long > short, "a text of fifty sentences has \(long) tokens, one word \(short)")
    }
}
