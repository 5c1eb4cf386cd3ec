internal import MartletCore
internal import MartletModel

/// The loop's own state: the model, the scheduler and the jobs.
///
/// Lives on the loop's thread only.
final class EngineState {
    private struct Entry {
        var job: any EngineJob
        var cancellation: CancellationFlag
    }

    private let executor: any StepExecuting
    private var scheduler: Scheduler
    private var entries: [Entry] = []
    private var plan = StepPlan()

    init(executor: any StepExecuting, scheduler: Scheduler) {
        self.executor = executor
        self.scheduler = scheduler
    }

    /// Runs until the inbox is closed and everything that it delivered has ended.
    func run(_ inbox: Inbox) {
        while true {
            let delivery = inbox.take()
            for request in delivery.requests { admit(request, inbox) }
            stopUnwanted(isCancelling: delivery.phase == .cancelling, inbox)
            if entries.isEmpty {
                if delivery.phase != .open { return }
                inbox.wait()
            } else {
                step(inbox)
            }
        }
    }

    private func admit(_ request: any EngineRequest, _ inbox: Inbox) {
        let job = request.makeJob(vocabularyCount: executor.vocabularyCount)
        do {
            try job.begin(&scheduler)
            entries.append(Entry(job: job, cancellation: request.cancellation))
        } catch {
            job.fail(error, &scheduler)
            inbox.release()
        }
    }

    /// Ends jobs that nobody wants any longer and those whose time is up.
    private func stopUnwanted(isCancelling: Bool, _ inbox: Inbox) {
        let now = ContinuousClock.now
        entries.removeAll { entry in
            if isCancelling || entry.cancellation.isCancelled {
                entry.job.stop(.cancelled, &scheduler)
            } else if let deadline = entry.job.deadline, deadline <= now {
                entry.job.stop(.deadline, &scheduler)
            } else {
                return false
            }
            inbox.release()
            return true
        }
    }

    /// Computes one step and hands its results to the jobs.
    private func step(_ inbox: Inbox) {
        let schedule = scheduler.schedule()
        let now = ContinuousClock.now
        for entry in entries where schedule.work.contains(where: { entry.job.owns($0.sequence) }) {
            entry.job.willCompute(at: now)
        }
        let outputs: [StepOutput]
        do {
            // Every job has something to compute or ends; a loop that spins would be worse than an error.
            guard !schedule.isEmpty else { throw EngineError.nothingToCompute }
            outputs = try compute(schedule)
        } catch {
            // The step's rows are lost for everybody in it, and so is whatever else is in the cache.
            let failure = EngineError(.stepFailed, "the forward pass failed", remedy: "", underlying: error)
            for entry in entries {
                entry.job.fail(failure, &scheduler)
                inbox.release()
            }
            entries.removeAll()
            return
        }
        scheduler.advance(schedule)
        entries.removeAll { entry in
            let own = outputs.filter { entry.job.owns($0.sequence) }
            if own.isEmpty { return false }
            do {
                if try entry.job.advance(own, &scheduler) { return false }
            } catch {
                entry.job.fail(error, &scheduler)
            }
            inbox.release()
            return true
        }
    }

    /// Executes a schedule.
    private func compute(_ schedule: Schedule) throws -> [StepOutput] {
        for copy in schedule.copies { executor.copyBlock(from: copy.source, to: copy.destination) }
        plan.removeAll()
        for work in schedule.work {
            guard let sequence = scheduler[work.sequence] else { continue }
            plan.append(
                tokens: sequence.tokens[work.positions],
                firstPosition: work.positions.lowerBound,
                blocks: sequence.blocks,
                logits: work.logits
            )
        }
        let logits = try executor.execute(plan)
        let width = executor.vocabularyCount
        var outputs: [StepOutput] = []
        var row = 0
        for work in schedule.work where work.logits != .none {
            let positions =
                work.logits == .all ? work.positions : (work.positions.upperBound - 1)..<work.positions.upperBound
            let rows = (row * width)..<((row + positions.count) * width)
            outputs.append(
                StepOutput(
                    sequence: work.sequence,
                    positions: positions,
                    logits: UnsafeBufferPointer(rebasing: logits[rows])
                )
            )
            row += positions.count
        }
        return outputs
    }
}

extension EngineError {
    fileprivate static var nothingToCompute: EngineError {
        EngineError(.stepFailed, "requests run, but none has anything to compute", remedy: "Report this as a fault")
    }
}
