import MartletCore

/// The generations of one request, all under way, read as one.
///
/// A response's status is decided by a handler and its body is written after the handler has returned, so the generations
/// live in a task that the session owns: it ends with them, with ``cancel()``, or with the session.
final class GenerationSession: Sendable {
    private let queue: EventQueue
    private let task: Task<Void, Never>

    /// Starts a generation for each request, whose place in the array is its choice.
    init(_ requests: [GenerationRequest], on model: any LanguageModel) {
        let queue = EventQueue()
        self.queue = queue
        task = Task {
            await withDiscardingTaskGroup { group in
                for (choice, request) in requests.enumerated() {
                    group.addTask { await Self.relay(request, choice: choice, of: model, to: queue) }
                }
            }
            queue.close()
        }
    }

    deinit {
        cancel()
    }

    /// Everything that has come since, or nothing after a ``tick()``; nil at the end.
    func next() async -> [EventQueue.Entry]? { await queue.take() }

    /// Everything that comes first; nothing where nothing comes in time.
    func first(within duration: Duration) async -> [EventQueue.Entry]? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [queue] in
                do { try await Task.sleep(for: duration) } catch { return }
                queue.tick()
            }
            defer { group.cancelAll() }
            return await queue.take()
        }
    }

    /// Lets the reader go on with nothing.
    func tick() { queue.tick() }

    /// Stops the generations at their next step; what they reported already can still be read.
    func cancel() {
        task.cancel()
        queue.close()
    }

    private static func relay(
        _ request: GenerationRequest,
        choice: Int,
        of model: any LanguageModel,
        to queue: EventQueue
    ) async {
        var request = request
        while true {
            var isFirst = true
            do {
                for try await event in model.generate(request) {
                    isFirst = false
                    guard await queue.put(.event(event, choice: choice)) else { return }
                }
                return
            } catch {
                let failure = error as? any ModelFailure
                if isFirst, failure?.failureKind == .contextTooLong, request.maximumTokenCount ?? 0 > 0 {
                    // The limit of an answer is no claim to that much room: where the input fits alone, the answer ends
                    // with the context, which comes before the limit.
                    request.maximumTokenCount = nil
                    continue
                }
                _ = await queue.put(.failure(error))
                return
            }
        }
    }
}
