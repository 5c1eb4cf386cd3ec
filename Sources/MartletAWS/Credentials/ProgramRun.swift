import Foundation
import Synchronization

/// One run of a program, bounded in time and in what it prints; nothing of it reaches this process's own output.
package final class ProgramRun: Sendable {
    /// How it went.
    package enum Outcome: Sendable, Hashable {
        case ended(status: Int32, output: [UInt8])
        case tooLarge
        case timedOut
    }

    private struct State {
        var output: [UInt8] = []
        var isOutputComplete = false
        var status: Int32?
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?

        /// Settles how it went, once; gives whoever waits for that.
        mutating func settle(_ outcome: Outcome) -> CheckedContinuation<Outcome, Never>? {
            guard self.outcome == nil else { return nil }
            self.outcome = outcome
            defer { waiter = nil }
            return waiter
        }
    }

    private let process: Process
    private let pipe = Pipe()
    private let state = Mutex(State())

    /// Starts a program.
    /// - Throws: Where it cannot be started.
    package init(path: String, arguments: [String], environment: [String: String], maximumByteCount: Int) throws {
        process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { [weak self] process in
            let status =
                process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
            self?.note { $0.status = status }
        }
        try process.run()
        // A thread of its own, as reading blocks; it ends with the program's output. A child that keeps that open after the
        // program was killed keeps the thread, and nobody waits for it.
        Thread.detachNewThread { [self] in
            let output = (try? pipe.fileHandleForReading.read(upToCount: maximumByteCount + 1)) ?? Data()
            guard output.count <= maximumByteCount else { return end(.tooLarge) }
            note { ($0.output, $0.isOutputComplete) = (Array(output), true) }
        }
    }

    /// Waits for the end; a program that takes longer is killed, and so is one whose caller is cancelled.
    /// - Throws: `CancellationError`.
    package func outcome(timeout: Duration) async throws -> Outcome {
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.settled() }
            group.addTask {
                try? await Task.sleep(for: timeout)
                self.end(.timedOut)
                return nil
            }
            var outcome: Outcome?
            for await result in group {
                guard let result else { continue }
                outcome = result
                group.cancelAll()
            }
            return outcome
        }
        try Task.checkCancellation()
        return outcome ?? .timedOut
    }

    private func settled() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiter = continuation }
                return state.outcome
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Takes note of something, and ends the wait when all is known.
    private func note(_ change: (inout State) -> Void) {
        let waiting = state.withLock { state -> (CheckedContinuation<Outcome, Never>, Outcome)? in
            change(&state)
            guard state.isOutputComplete, let status = state.status else { return nil }
            let outcome = Outcome.ended(status: status, output: state.output)
            return state.settle(outcome).map { ($0, outcome) }
        }
        if let (waiter, outcome) = waiting { waiter.resume(returning: outcome) }
    }

    /// Kills the program, if it has not ended.
    private func end(_ outcome: Outcome) {
        let (isSettled, waiter) = state.withLock { state in
            (state.outcome != nil, state.settle(outcome))
        }
        guard !isSettled else { return }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        waiter?.resume(returning: outcome)
    }
}
