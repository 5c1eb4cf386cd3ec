public import Logging
import MartletConversation
public import MartletCore
import Synchronization

/// Keeps within the platform's limits: a chat that was told to wait hears nothing until the wait is over.
public final class ThrottlingBotAPI: BotAPICalling {
    private let base: any BotAPICalling
    private let throttle: Mutex<ChatThrottle>
    private let logger: Logger

    /// Wraps a caller.
    public init(_ base: any BotAPICalling, limits: ThrottleLimits = ThrottleLimits(), logger: Logger) {
        self.base = base
        self.throttle = Mutex(ChatThrottle(limits: limits))
        self.logger = logger
    }

    /// Waits for the chat's turn; an intermediate call is left out instead.
    public func call(_ call: BotAPICall) async throws -> JSONValue {
        while true {
            try await waitForTurn(call)
            do {
                return try await base.call(call)
            } catch let error as TelegramError where error.code == .tooManyRequests {
                guard let chat = call.chat, let wait = error.retryAfter else { throw error }
                throttle.withLock { $0.freeze(chat, until: .now + wait) }
                logger.warning(
                    "Telegram asks for silence in a chat",
                    metadata: ["chat.id": "\(chat)", "telegram.method": "\(call.method)", "telegram.wait": "\(wait)"]
                )
                guard call.importance == .required else { throw error }
            }
        }
    }

    private func waitForTurn(_ call: BotAPICall) async throws {
        switch throttle.withLock({ $0.admit(call, now: .now) }) {
        case .go: break
        case .wait(let end): try await Task.sleep(until: end, clock: .continuous)
        case .leaveOut: throw leftOut(call)
        }
        if case .wait(let end) = throttle.withLock({ $0.admitEverywhere(call, now: .now) }) {
            try await Task.sleep(until: end, clock: .continuous)
        }
        // Silence may have been asked for while the call waited.
        while let end = throttle.withLock({ $0.silence(of: call.chat, now: .now) }) {
            guard call.importance != .intermediate else { throw leftOut(call) }
            try await Task.sleep(until: end, clock: .continuous)
        }
    }

    private func leftOut(_ call: BotAPICall) -> TelegramError {
        TelegramError(code: .leftOut, method: call.method, reason: "the chat is at its limit")
    }
}
