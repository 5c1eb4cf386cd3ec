internal import MartletCore
internal import MartletModel

/// The loop's own state: the model, the scheduler and the jobs.
///
/// Lives on the loop's thread only.
final class EngineState {
    /// A job, and what of the step at hand is its own.
    private final class Entry {
        let submitter: Submitter
        let job: any EngineJob
        let cancellation: CancellationFlag
        /// Kept from step to step for its memory.
        var outputs: [StepOutput] = []
        /// The last step that had rows of the job.
        var stepNumber = 0
        var countedTokenCount = 0
        var hasEnded = false

        init(_ request: any EngineRequest, job: any EngineJob, id: JobID) {
            submitter = Submitter(job: id, priority: request.priority, owner: request.owner)
            self.job = job
            cancellation = request.cancellation
        }
    }

    private let executor: any StepExecuting
    private let board: StatisticsBoard
    private let keeper: SnapshotKeeper?
    private var scheduler: Scheduler
    /// In the order of arrival.
    private var entries: [Entry] = []
    private var entriesByID: [JobID: Entry] = [:]
    private var nextID: UInt64 = 1
    private var plan = StepPlan()
    private var pacer = StepPacer()
    private var stepCount = 0
    private var stepDuration = Duration.zero
    private var finishedCount = 0
    private var generatedTokenCount = 0
    /// The jobs in the step at hand.
    private var participants: [Entry] = []

    init(
        executor: any StepExecuting,
        scheduler: Scheduler,
        board: StatisticsBoard,
        keeper: SnapshotKeeper? = nil
    ) {
        self.executor = executor
        self.scheduler = scheduler
        self.board = board
        self.keeper = keeper
        self.scheduler.remembersRetired = keeper != nil
    }

    /// Runs until the inbox is closed and everything that it delivered has ended.
    func run(_ inbox: Inbox) {
        while true {
            let delivery = inbox.take()
            for request in delivery.requests { admit(request, inbox) }
            stopUnwanted(isCancelling: delivery.phase == .cancelling, inbox)
            tendSnapshots(inbox)
            publish()
            if hasWork {
                step(inbox)
            } else if entries.isEmpty && delivery.phase != .open {
                keeper?.close(&scheduler) { inbox.wait(upTo: $0) }
                return publish()
            } else if keeper?.isWaiting == true {
                inbox.wait(upTo: .milliseconds(100))
            } else {
                inbox.wait()
            }
        }
    }

    /// Whether a job has something to compute, rather than waiting for the disk.
    private var hasWork: Bool { entries.count > (keeper?.restorations.count ?? 0) }

    /// Takes what the disk has read, begins jobs that waited for it, and copies out what is to be written.
    private func tendSnapshots(_ inbox: Inbox) {
        guard let keeper else { return }
        for job in keeper.advance(&scheduler, isBusy: hasWork) { begin(job, inbox) }
        keeper.copy(&scheduler, isBusy: hasWork)
    }

    private func admit(_ request: any EngineRequest, _ inbox: Inbox) {
        let job = request.makeJob(vocabularyCount: executor.vocabularyCount)
        let entry = Entry(request, job: job, id: JobID(nextID))
        nextID += 1
        entries.append(entry)
        entriesByID[entry.submitter.job] = entry
        if let use = request.snapshots, keeper?.accept(use, of: entry.submitter.job, &scheduler) == true { return }
        begin(entry.submitter.job, inbox)
    }

    /// Lets a job submit its first sequence.
    private func begin(_ id: JobID, _ inbox: Inbox) {
        guard let entry = entriesByID[id] else { return }
        scheduler.submitter = entry.submitter
        do {
            try entry.job.begin(&scheduler)
        } catch {
            entry.job.fail(error, &scheduler)
            end(entry, inbox)
            entries.removeAll(where: \.hasEnded)
        }
    }

    /// Takes note that a job has reported its end.
    private func end(_ entry: Entry, _ inbox: Inbox) {
        entry.hasEnded = true
        keeper?.keepRetired(&scheduler)
        keeper?.forget(entry.submitter.job, &scheduler)
        entriesByID[entry.submitter.job] = nil
        count(entry)
        finishedCount += 1
        inbox.release()
    }

    /// Counts what a job has generated since the last time.
    private func count(_ entry: Entry) {
        let current = entry.job.generatedTokenCount
        generatedTokenCount += current - entry.countedTokenCount
        entry.countedTokenCount = current
    }

    /// Ends jobs that nobody wants any longer and those whose time is up, whether they run or wait.
    private func stopUnwanted(isCancelling: Bool, _ inbox: Inbox) {
        let now = ContinuousClock.now
        var hasChanged = false
        for entry in entries {
            if isCancelling || entry.cancellation.isCancelled {
                entry.job.stop(.cancelled, &scheduler)
            } else if let deadline = entry.job.deadline, deadline <= now {
                entry.job.stop(.deadline, &scheduler)
            } else {
                continue
            }
            end(entry, inbox)
            hasChanged = true
        }
        if hasChanged { entries.removeAll(where: \.hasEnded) }
    }

    /// Computes one step and hands its results to the jobs.
    private func step(_ inbox: Inbox) {
        scheduler.limits.mixedRowCount = pacer.rowCount(limit: scheduler.limits.prefillRowCount)
        var schedule = scheduler.schedule()
        if schedule.isEmpty, let keeper, keeper.isHolding {
            for job in keeper.yield(&scheduler) { begin(job, inbox) }
            schedule = scheduler.schedule()
        }
        let start = ContinuousClock.now
        stepCount += 1
        gather(schedule, at: start)
        do {
            // Every job has something to compute, or another one has; a loop that spins would be worse than an error.
            guard !schedule.isEmpty else {
                participants = entries
                throw EngineError.nothingToCompute
            }
            try compute(schedule)
        } catch {
            // The step's rows are lost for everybody in it; what others have in the cache is as it was.
            let failure = EngineError(.stepFailed, "the forward pass failed", remedy: "", underlying: error)
            for entry in participants {
                entry.job.fail(failure, &scheduler)
                end(entry, inbox)
            }
            participants.removeAll()
            entries.removeAll(where: \.hasEnded)
            return
        }
        guard keeper?.confirm() != false else { return startOver(inbox) }
        let duration = ContinuousClock.now - start
        stepDuration += duration
        pacer.record(rowCount: plan.tokens.count, duration: duration)
        keeper?.record(rowCount: plan.tokens.count, duration: duration)
        scheduler.advance(schedule)
        keeper?.keepPrompts(of: schedule, &scheduler)
        handOut(inbox)
        keeper?.keepRetired(&scheduler)
    }

    /// Computes everything again that may rest on another model's keys and values; nobody has seen any of it.
    private func startOver(_ inbox: Inbox) {
        for job in keeper?.yield(&scheduler) ?? [] { begin(job, inbox) }
        for entry in participants { entry.outputs.removeAll(keepingCapacity: true) }
        participants.removeAll(keepingCapacity: true)
        for job in scheduler.startOver() {
            guard let entry = entriesByID[job] else { continue }
            let reason = EngineError(
                .stepFailed,
                "the prompts packed with the model turned out to be another model's",
                remedy: "Ask again, and pack the model again"
            )
            entry.job.fail(reason, &scheduler)
            end(entry, inbox)
        }
        entries.removeAll(where: \.hasEnded)
        scheduler.pool.discardAll()
    }

    /// Finds the jobs that have rows in a step.
    private func gather(_ schedule: Schedule, at now: ContinuousClock.Instant) {
        participants.removeAll(keepingCapacity: true)
        for work in schedule.work {
            guard let entry = entry(of: work.sequence), entry.stepNumber != stepCount else { continue }
            entry.stepNumber = stepCount
            participants.append(entry)
            entry.job.willCompute(at: now)
        }
    }

    private func entry(of sequence: SequenceID) -> Entry? {
        scheduler[sequence].flatMap { entriesByID[$0.submitter.job] }
    }

    /// Gives each job its part of a step's results.
    private func handOut(_ inbox: Inbox) {
        var hasChanged = false
        for entry in participants where !entry.outputs.isEmpty {
            scheduler.submitter = entry.submitter
            var goesOn = false
            do {
                goesOn = try entry.job.advance(entry.outputs, &scheduler)
            } catch {
                entry.job.fail(error, &scheduler)
            }
            entry.outputs.removeAll(keepingCapacity: true)
            if goesOn {
                count(entry)
            } else {
                end(entry, inbox)
                hasChanged = true
            }
        }
        participants.removeAll(keepingCapacity: true)
        if hasChanged { entries.removeAll(where: \.hasEnded) }
    }

    /// Executes a schedule and sorts its results by jobs.
    private func compute(_ schedule: Schedule) throws {
        for copy in schedule.copies { executor.copyBlock(from: copy.source, to: copy.destination) }
        plan.removeAll()
        for work in schedule.work {
            guard let sequence = scheduler[work.sequence] else { continue }
            plan.append(
                tokens: scheduler.tokens(of: work),
                firstPosition: work.positions.lowerBound,
                blocks: sequence.blocks,
                logits: work.logits
            )
        }
        let logits = try executor.execute(plan)
        let width = executor.vocabularyCount
        var row = 0
        for work in schedule.work where work.logits != .none {
            let positions =
                work.logits == .all ? work.positions : (work.positions.upperBound - 1)..<work.positions.upperBound
            let rows = (row * width)..<((row + positions.count) * width)
            entry(of: work.sequence)?.outputs.append(
                StepOutput(
                    sequence: work.sequence,
                    positions: positions,
                    logits: UnsafeBufferPointer(rebasing: logits[rows])
                )
            )
            row += positions.count
        }
    }

    /// Writes the counts to where others read them.
    private func publish() {
        let counters = scheduler.counters
        board.update { statistics in
            statistics.activeRequestCount = max(0, entries.count - scheduler.waitingCount)
            statistics.finishedRequestCount = finishedCount
            statistics.preemptionCount = counters.preemptionCount
            statistics.computedPromptTokenCount = counters.computedPromptTokenCount
            let restored = keeper?.restoredTokenCount ?? 0
            statistics.reusedPromptTokenCount = max(0, counters.reusedPromptTokenCount - restored)
            statistics.restoredPromptTokenCount = restored
            statistics.draftedTokenCount = counters.draftedTokenCount
            statistics.acceptedTokenCount = counters.acceptedTokenCount
            statistics.generatedTokenCount = generatedTokenCount
            statistics.stepCount = stepCount
            statistics.stepDuration = stepDuration
            statistics.cacheBlockCount = scheduler.pool.blockCount
            statistics.usedCacheBlockCount = scheduler.pool.blockCount - scheduler.pool.availableCount
            statistics.reusableCacheBlockCount = scheduler.pool.reusableCount
        }
    }
}

extension EngineError {
    fileprivate static var nothingToCompute: EngineError {
        EngineError(.stepFailed, "requests run, but none has anything to compute", remedy: "Report this as a fault")
    }
}
