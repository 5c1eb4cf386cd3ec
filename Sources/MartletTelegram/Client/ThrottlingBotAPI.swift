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
        self.throttle = Mutex(ChatThrottle(limits: limits, now: .now))
        self.logger = logger
    }

    /// Waits for the chat's turn; an intermediate call is left out instead.
    public func call(_ call: BotAPICall) async throws -> JSONValue {
        while true {
            switch throttle.withLock({ $0.admit(call, now: .now) }) {
            case .go: break
            case .wait(let end):
                try await Task.sleep(until: end, clock: .continuous)
                continue
            case .leaveOut: throw TelegramError(code: .leftOut, method: call.method, reason: "the chat is at its limit")
            }
            do {
                return try await base.call(call)
            } catch let error as TelegramError where error.code == .tooManyRequests {
                guard let chat = call.chat, let wait = error.retryAfter else { throw error }
                throttle.withLock { $0.freeze(chat, until: .now + wait, now: .now) }
                logger.warning(
                    "Telegram asks for silence in a chat",
                    metadata: ["chat.id": "\(chat)", "telegram.method": "\(call.method)", "telegram.wait": "\(wait)"]
                )
                guard call.importance == .required else { throw error }
            }
        }
    }
}
