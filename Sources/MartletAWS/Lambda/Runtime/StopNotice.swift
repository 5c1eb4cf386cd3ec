import NIOCore

/// Makes Lambda say before it ends the environment: SIGTERM comes only where an extension is registered, and the function's
/// own process may be one that wants to hear of nothing else.
///
/// - SeeAlso: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (the shutdown phase)
struct StopNotice: Sendable {
    /// How long Lambda waits after SIGTERM where no other extension is there: half a second, less what the end itself takes.
    static let gracePeriod = Duration.milliseconds(300)

    let address: RuntimeAddress
    let eventLoop: any EventLoop
    /// Opened once the registration is through, or can't be.
    let settled: Latch<Bool>

    /// Registers, and stays registered until the task is cancelled; where that can't be, nothing is lost but the notice.
    func run() async {
        let (events, feed) = AsyncStream<RuntimeLink.Event>.makeStream()
        let link = RuntimeLink(address, on: eventLoop) { feed.yield($0) }
        defer {
            settled.open(false)
            link.disconnect()
        }
        link.send(.register)
        for await event in events {
            guard settled.value == nil, case .answer(let answer) = event, answer.status == 200,
                let id = answer.headers.firstValue(of: "lambda-extension-identifier")
            else { return }
            // The environment is ready when all extensions ask for an event; this one never gets any.
            link.send(.nextEvent(extensionID: id))
            settled.open(true)
        }
    }
}

extension RuntimeRequest {
    /// Makes this process an extension that hears of no events.
    static let register = RuntimeRequest(
        method: "POST",
        path: "/2020-01-01/extension/register",
        headers: [
            LambdaHeaderField("Lambda-Extension-Name", "martlet"),
            LambdaHeaderField("Content-Type", "application/json"),
        ],
        body: Array(#"{"events":[]}"#.utf8)
    )

    /// Asks for an event; the answer may take for ever.
    static func nextEvent(extensionID: String) -> RuntimeRequest {
        RuntimeRequest(
            method: "GET",
            path: "/2020-01-01/extension/event/next",
            headers: [LambdaHeaderField("Lambda-Extension-Identifier", extensionID)]
        )
    }
}
