import AsyncHTTPClient
import MartletCore
import NIOCore
import NIOHTTP1

/// Delivers updates to the webhook that is set, as Telegram does: one at a time of each queue, again and again until a 2xx.
struct WebhookSender: Sendable {
    let simulator: TelegramSimulator
    let client: HTTPClient

    static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100
        return configuration
    }

    /// Delivers until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let count = simulator.changes.count
                for delivery in simulator.changeQuietly({ $0.takeDeliveries() }) {
                    group.addTask { await deliver(delivery) }
                }
                await pause(after: count)
            }
            group.cancelAll()
        }
    }

    /// Waits for something to change or for the next attempt to be due.
    private func pause(after count: UInt64) async {
        let next = simulator.look { $0.webhook.isSet ? $0.updates.nextAttempt(after: $0.now) : nil }
        guard let next else { return await simulator.changes.wait(after: count) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await simulator.changes.wait(after: count) }
            group.addTask { try? await simulator.clock.sleep(until: next) }
            await group.next()
            group.cancelAll()
        }
    }

    private func deliver(_ delivery: WebhookDelivery) async {
        let deadline = simulator.clock.now + DeliveryBackoff.timeout
        let outcome = await withTaskGroup(of: DeliveryOutcome.self) { group in
            group.addTask { await post(delivery) }
            group.addTask {
                do {
                    try await simulator.clock.sleep(until: deadline)
                    return .timedOut
                } catch {
                    return .failed("Connection closed")
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? .timedOut
        }
        guard !Task.isCancelled else { return }
        simulator.change { $0.finish(delivery, outcome) }
    }

    private func post(_ delivery: WebhookDelivery) async -> DeliveryOutcome {
        var request = HTTPClientRequest(url: delivery.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let secret = delivery.secretToken {
            request.headers.add(name: "X-Telegram-Bot-Api-Secret-Token", value: secret)
        }
        request.body = .bytes(delivery.update.bytes)
        do {
            let response = try await client.execute(request, timeout: .hours(2))
            let body = try await response.body.collect(upTo: 1 << 20)
            return .answered(
                status: Int(response.status.code),
                reason: response.status.reasonPhrase,
                retryAfter: response.headers.first(name: "Retry-After").flatMap { Int64($0) },
                body: Array(body.readableBytesView)
            )
        } catch {
            return .failed("Connection refused")
        }
    }
}
