import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import MartletTestSupport
import Synchronization
import Testing

@Suite("Polling", .timeLimit(.minutes(1)))
struct PollingTests {
    /// A server that hangs on the first calls, as dead connections do, and answers the next one.
    private final class HangingAPI: BotAPICalling {
        let callCount = Mutex(0)

        func call(_ call: BotAPICall) async throws -> JSONValue {
            switch callCount.withLock({ count in
                count += 1
                return count
            }) {
            case 1, 2:
                try await Task.sleep(for: .seconds(3600))
                return []
            case 3: return [["update_id": 1, "message": ReaderBench.message([:])]]
            default:
                try await Task.sleep(for: .seconds(3600))
                return []
            }
        }
    }

    @Test("a request that hangs is given up after the server's own time, and asked anew")
    func watchdog() async throws {
        let api = HangingAPI()
        let line = CollectingLine()
        let log = LogLines()
        let logger = Logger(label: "test") { _ in LogLines.Handler(lines: log) }
        var settings = PollingSettings()
        settings.timeout = .milliseconds(1)
        settings.hangAllowance = .milliseconds(1)
        settings.firstPause = .milliseconds(1)
        let store = MemoryConversationStore()
        let intake = Intake(reader: ReaderBench().reader, store: store, line: line, logger: logger)
        let listener = PollingListener(api: api, intake: intake, settings: settings, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            while line.submitted.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            group.cancelAll()
        }
        #expect(log.contains("the connection is given up"))
    }

    @Test("where the server says how long to wait, it is asked again then, however often it failed before")
    func pauses() {
        for (asked, pause, wait) in [(2, 30, 2), (60, 1, 60), (0, 30, 1), (nil, 30, 5)] as [(Int64?, Int, Int)] {
            let error = RecordingBotAPI.refusal(429, "Too Many Requests", retryAfter: asked)
            #expect(error.wait(orElse: .seconds(pause), atLeast: .seconds(1)) == .seconds(wait))
        }
        let failure = RecordingBotAPI.refusal(502, "Bad Gateway")
        #expect(failure.wait(orElse: .seconds(30), atLeast: .seconds(1)) == .seconds(30))
    }
}
