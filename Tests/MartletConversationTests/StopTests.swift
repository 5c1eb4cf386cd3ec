import MartletConversation
import MartletCore
import MartletTestSupport
import Testing

@Suite("Stop", .timeLimit(.minutes(2)))
struct StopTests {
    private let english = Language.english
    @Test("ends the running answer at once, however it is said; what was said stands and is remembered")
    func stops() async throws {
        let requests = [
            Bench.event(2, "/stop"), Bench.press(2, .stop, on: 1), Bench.event(2, .stop),
        ]
        for request in requests {
            let acting = RecordingActions()
            var bench = Bench()
            bench.companions.acting = acting
            let spoken = Gate()
            let model = ScriptedLanguageModel { _ in
                [
                    .say("half a sentence"),
                    .waitUntil {
                        spoken.open(); return false
                    },
                ]
            }
            try await bench.run(with: model) { service in
                try await bench.submit(Bench.event(1, "tell me everything"), to: service)
                try await spoken.wait()
                try await bench.submit(request, to: service)
                try await bench.untilFinished()
            }
            #expect(model.cancelledCount == 1)
            #expect(bench.sink.finals == ["half a sentence\n\n" + english.text(.stopped)])
            #expect(bench.sink.replies.map(\.actions) == [[.regenerate, .proceed]])
            #expect(try await bench.history() == [.user("tell me everything"), .assistant("half a sentence")])
            if case .press = request.content {
                #expect(acting.presses == [.init(query: "query-2", text: english.text(.stopped), isAlert: false)])
            } else {
                #expect(acting.presses == [])
            }
        }
    }

    @Test("leaves out what waits behind the answer, and says so")
    func dropsWaiting() async throws {
        let bench = Bench()
        let spoken = Gate()
        let model = ScriptedLanguageModel { _ in
            [
                .say("half"),
                .waitUntil {
                    spoken.open(); return false
                },
            ]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "one"), to: service)
            try await spoken.wait()
            try await bench.submit(
                Bench.event(2, "two"),
                Bench.event(3, "three"),
                Bench.event(4, "other", chat: 2),
                Bench.event(5, "/stop"),
                to: service
            )
            try await bench.until { model.requests.count == 2 }
            try await bench.submit(Bench.event(6, "/stop", chat: 2), to: service)
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals.contains(english.text(.waitingLeftOut(count: 2))))
        #expect(model.requests.count == 2, "what was left out is not asked")
    }

    @Test("is only for the one who asked, in a group; the refusal names them")
    func groupOwner() async throws {
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        let spoken = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { _ in
            [
                .say("a"),
                .waitUntil {
                    spoken.open(); return true
                }, .wait(for: go), .say("b"),
            ]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "why?", chat: -5, isPrivate: false, from: 8), to: service)
            try await spoken.wait()
            try await bench.submit(
                Bench.event(2, "/stop", chat: -5, isPrivate: false, from: 9),
                Bench.press(3, .stop, on: 1, owner: 8, chat: -5, isPrivate: false, from: 9),
                to: service
            )
            try await bench.until { acting.presses.count == 1 && bench.sink.finals.count == 1 }
            go.open()
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == [english.text(.onlyOwnerMay(name: "Ada")), "ab"])
        #expect(
            acting.presses == [.init(query: "query-3", text: english.text(.onlyOwnerMay(name: "Ada")), isAlert: true)]
        )
        #expect(model.cancelledCount == 0)
    }

    @Test("says that there is nothing to stop where nothing runs, and a button is about its own answer only")
    func nothingToStop() async throws {
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        let spoken = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { _ in
            [
                .say("a"),
                .waitUntil {
                    spoken.open(); return true
                }, .wait(for: go), .say("b"),
            ]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "/stop"), to: service)
            try await bench.untilFinished()
            try await bench.submit(Bench.event(2, "why?"), to: service)
            try await spoken.wait()
            try await bench.submit(Bench.press(3, .stop, on: 77), to: service)
            try await bench.until { acting.presses.count == 1 }
            go.open()
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == [english.text(.nothingToStop), "ab"])
        #expect(acting.presses.map(\.text) == [english.text(.nothingToStop)])
    }

    @Test("before the first word is said kindly, and the question can be asked again")
    func inSilence() async throws {
        let bench = Bench()
        let begun = Gate()
        let model = ScriptedLanguageModel { _ in
            begun.open()
            return [.wait(for: Gate())]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "why?"), to: service)
            try await begun.wait()
            try await bench.submit(Bench.event(2, "/stop"), to: service)
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == [english.text(.stoppedInSilence)])
        #expect(bench.sink.replies.map(\.actions) == [[.regenerate]])
        #expect(try await bench.history() == [])
        try await bench.answer([Bench.press(3, .regenerate, on: 1)], with: ScriptedLanguageModel.saying("because"))
        #expect(bench.sink.finals.last == "because")
        #expect(try await bench.history() == [.user("why?"), .assistant("because")])
    }

    @Test("reaches an answer that another process is writing")
    func otherProcess() async throws {
        var bench = Bench()
        bench.settings.leaseDuration = .milliseconds(50)
        var other = bench
        other.settings.leaseOwner = "other"
        let spoken = Gate()
        let model = ScriptedLanguageModel { _ in
            [
                .say("half"),
                .waitUntil {
                    spoken.open(); return false
                },
            ]
        }
        try await bench.run(with: model) { [other] service in
            try await bench.submit(Bench.event(1, "why?"), to: service)
            try await spoken.wait()
            try await other.run(with: nil) { second in
                try await other.submit(Bench.event(2, "/stop"), to: second)
                try await bench.untilFinished()
            }
        }
        #expect(model.cancelledCount == 1)
        #expect(try await bench.history() == [.user("why?"), .assistant("half")])
    }
}

@Suite("While the bot is busy", .timeLimit(.minutes(2)))
struct BusyTests {
    private let english = Language.english

    @Test("a chat may leave questions out, with one hint; commands still wait their turn")
    func ignores() async throws {
        var bench = Bench()
        bench.settings.busyPolicy = .ignore
        let begun = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { messages in
            begun.open()
            return [.wait(for: go), .say(messages.last?.content ?? "")]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "one"), to: service)
            try await begun.wait()
            try await bench.submit(
                Bench.event(2, "two"),
                Bench.event(3, "three"),
                Bench.event(4, "/lang tr"),
                to: service
            )
            try await bench.until { try await bench.store.unfinishedEvents(of: Bench.bot).count == 2 }
            go.open()
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == [english.text(Phrase.busy), "one", Language.turkish.text(.languageSet)])
    }

    @Test("a chat may have the latest question answered instead of the running one")
    func replaces() async throws {
        let bench = Bench()
        let key = Bench.event(1, "").key
        try await bench.store.updateSettings(of: key) { $0.busyPolicy = .replace }
        let begun = Gate()
        let model = ScriptedLanguageModel { messages in
            messages.last?.content == "three"
                ? [.say("fine")]
                : [
                    .say("well"),
                    .waitUntil {
                        begun.open(); return false
                    },
                ]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "one"), to: service)
            try await begun.wait()
            try await bench.submit(Bench.event(2, "two"), Bench.event(3, "three"), to: service)
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals.first == "well\n\n" + english.text(.stopped))
        #expect(bench.sink.finals.last == "fine")
        #expect(try await bench.history().last == .assistant("fine"))
    }

    @Test("nobody's question is replaced by somebody else's in a group")
    func replacesOwnOnly() async throws {
        var bench = Bench()
        bench.settings.busyPolicy = .replace
        let begun = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { _ in
            begun.open()
            return [.wait(for: go), .say("ok")]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "one", chat: -5, isPrivate: false, from: 8), to: service)
            try await begun.wait()
            try await bench.submit(Bench.event(2, "two", chat: -5, isPrivate: false, from: 9), to: service)
            go.open()
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == ["ok", "ok"])
        #expect(model.cancelledCount == 0)
    }

    @Test("a correction of a question that waits or is being answered counts, a later one does not")
    func corrections() async throws {
        let bench = Bench()
        let begun = Gate()
        let model = ScriptedLanguageModel { messages in
            messages.last?.content == "wrong"
                ? [
                    .say("uh"),
                    .waitUntil {
                        begun.open(); return false
                    },
                ] : [.say(messages.last?.content.uppercased() ?? "")]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "wrong"), to: service)
            try await begun.wait()
            try await bench.submit(
                Bench.event(2, "waiting"),
                Bench.event(3, .edited("better"), message: 2),
                Bench.event(4, .edited("right"), message: 1),
                to: service
            )
            try await bench.untilFinished()
            try await bench.submit(Bench.event(5, .edited("too late"), message: 1), to: service)
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == ["RIGHT", "BETTER"])
        #expect(
            try await bench.history() == [.user("right"), .assistant("RIGHT"), .user("better"), .assistant("BETTER")]
        )
    }
}
