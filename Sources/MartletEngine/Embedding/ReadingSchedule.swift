internal import MartletCore

/// Which texts are read next: texts of several requests and owners, shared out fairly, equal ones once.
///
/// Pure: what is to be told to whom comes back as outcomes. Owners are charged for tokens, and so is each request, so
/// that neither an owner with many requests nor a request with many texts keeps others waiting for longer than a batch.
struct ReadingSchedule {
    /// A request's texts, each of a name of its own.
    struct Job {
        var texts: [(name: TextName, text: PreparedText)]
        var owner: String?
        var deadline: ContinuousClock.Instant?
        var ticket: Ticket<[TextName: ReadText]>
    }

    /// What somebody who waits is to be told.
    struct Outcome {
        var ticket: Ticket<[TextName: ReadText]>
        var result: Result<[TextName: ReadText], any Error>

        func tell() { ticket.resolve(result) }
    }

    /// Texts to be read together.
    typealias Batch = [(name: TextName, text: PreparedText)]

    private struct LiveJob {
        var owner: OwnerLedger.Key
        /// The texts that are not read yet, the longest last.
        var queue: [TextName]
        var missingCount: Int
        var found: [TextName: ReadText]
        var deadline: ContinuousClock.Instant?
        var ticket: Ticket<[TextName: ReadText]>
    }

    private struct Work {
        var text: PreparedText
        var jobs: [SequenceID]
        var isBeingRead = false
    }

    /// Tokens that a request gets at a time.
    private static let portion = 256

    private var jobs: [SequenceID: LiveJob] = [:]
    private var works: [TextName: Work] = [:]
    private var owners = OwnerLedger()
    private var shares = OwnerLedger()
    private var lastID: UInt64 = 0
    /// The counts so far; those of what waits are kept here too.
    private(set) var statistics = EmbeddingStatistics()
    private var cache: VectorCache

    init(cache: VectorCache) {
        self.cache = cache
    }

    /// Whether nothing is left to do.
    var isEmpty: Bool { jobs.isEmpty }

    /// Looks for remembered vectors; what is not remembered is missing from the result.
    mutating func find(_ names: [TextName]) -> [TextName: ReadText] {
        var found: [TextName: ReadText] = [:]
        for name in names where found[name] == nil {
            if let text = cache.find(name) { found[name] = text }
        }
        return found
    }

    /// Takes note of texts that needed no reading of their own.
    ///
    /// - Parameter isWholeRequest: Whether their request needed none at all.
    mutating func noteFound(cacheHitCount: Int, sharedCount: Int, isWholeRequest: Bool) {
        statistics.requestCount += isWholeRequest ? 1 : 0
        statistics.cacheHitCount += cacheHitCount
        statistics.sharedCount += sharedCount
    }

    /// Takes a request; nil comes back when everything was found meanwhile and told.
    mutating func add(_ job: Job) -> (id: SequenceID?, outcomes: [Outcome]) {
        var queue: [(name: TextName, count: Int)] = []
        var found: [TextName: ReadText] = [:]
        lastID += 1
        let id = SequenceID(rawValue: lastID)
        for (name, text) in job.texts {
            if let known = cache.find(name) {
                found[name] = known
                statistics.cacheHitCount += 1
                continue
            }
            queue.append((name, text.tokens.count))
            if works[name] != nil {
                works[name]?.jobs.append(id)
                statistics.sharedCount += 1
            } else {
                works[name] = Work(text: text, jobs: [id])
                statistics.waitingTokenCount += text.tokens.count
            }
        }
        guard !queue.isEmpty else {
            statistics.requestCount += 1
            return (nil, [Outcome(ticket: job.ticket, result: .success(found))])
        }
        queue.sort { $0.count < $1.count }
        let owner = job.owner.map { OwnerLedger.Key.named($0) } ?? .single(id)
        jobs[id] = LiveJob(
            owner: owner,
            queue: queue.map(\.name),
            missingCount: queue.count,
            found: found,
            deadline: job.deadline,
            ticket: job.ticket
        )
        owners.open(owner)
        shares.open(.single(id))
        statistics.liveRequestCount = jobs.count
        return (id, [])
    }

    /// Gives a request up; what of it is being read is read to its end.
    mutating func remove(_ id: SequenceID) {
        guard let job = jobs.removeValue(forKey: id) else { return }
        owners.close(job.owner)
        shares.close(.single(id))
        statistics.liveRequestCount = jobs.count
        for name in job.queue {
            guard var work = works[name] else { continue }
            work.jobs.removeAll { $0 == id }
            if work.jobs.isEmpty, !work.isBeingRead {
                works[name] = nil
                statistics.waitingTokenCount -= work.text.tokens.count
            } else {
                works[name] = work
            }
        }
    }

    /// Fails the requests whose time is over.
    mutating func expire(at now: ContinuousClock.Instant) -> [Outcome] {
        let late = jobs.filter { $0.value.deadline.map { $0 <= now } ?? false }
        return late.map { id, job in
            remove(id)
            return Outcome(ticket: job.ticket, result: .failure(EngineError.deadlinePassed))
        }
    }

    /// Fails every request.
    mutating func failAll(_ error: any Error) -> [Outcome] {
        jobs.map { id, job in
            remove(id)
            return Outcome(ticket: job.ticket, result: .failure(error))
        }
    }

    /// The texts to be read next, the longest first; none when nothing waits.
    ///
    /// - Parameters:
    ///   - rowLimit: Tokens that they may come to, though one text always goes.
    ///   - textLimit: How many they may be.
    mutating func nextBatch(rowLimit: Int, textLimit: Int) -> Batch {
        var batch: Batch = []
        var rowCount = 0
        var candidates = Set(jobs.keys)
        while batch.count < textLimit, let id = leastServed(of: candidates) {
            var taken = 0
            while taken < Self.portion, batch.count < textLimit {
                guard let text = nextText(of: id, fitting: batch.isEmpty ? .max : rowLimit - rowCount) else {
                    candidates.remove(id)
                    break
                }
                batch.append(text)
                taken += text.text.tokens.count
                rowCount += text.text.tokens.count
            }
            if let owner = jobs[id]?.owner { owners.charge(owner, taken) }
            shares.charge(.single(id), taken)
        }
        batch.sort { $0.text.tokens.count > $1.text.tokens.count }
        return batch
    }

    /// Takes what was read.
    mutating func finish(_ results: [(name: TextName, result: Result<ReadText, any Error>)], after duration: Duration)
        -> [Outcome]
    {
        statistics.batchCount += 1
        statistics.readingDuration += duration
        var outcomes: [Outcome] = []
        for (name, result) in results {
            guard let work = works.removeValue(forKey: name) else { continue }
            statistics.textCount += 1
            statistics.tokenCount += work.text.tokens.count
            if case .success(let text) = result { cache.insert(name, text) }
            for id in work.jobs {
                guard var job = jobs[id] else { continue }
                switch result {
                case .failure(let error):
                    remove(id)
                    outcomes.append(Outcome(ticket: job.ticket, result: .failure(error)))
                case .success(let text):
                    job.found[name] = text
                    job.missingCount -= 1
                    jobs[id] = job
                    guard job.missingCount == 0 else { continue }
                    remove(id)
                    statistics.requestCount += 1
                    outcomes.append(Outcome(ticket: job.ticket, result: .success(job.found)))
                }
            }
        }
        statistics.cachedCount = cache.count
        return outcomes
    }

    /// Of the requests, the one of the owner who was given least, and of that owner's the one that was given least.
    private func leastServed(of candidates: Set<SequenceID>) -> SequenceID? {
        candidates.min { left, right in
            guard let first = jobs[left], let second = jobs[right] else { return left < right }
            let (mine, other) = (owners.charge(of: first.owner), owners.charge(of: second.owner))
            if mine != other { return mine < other }
            let (own, others) = (shares.charge(of: .single(left)), shares.charge(of: .single(right)))
            return own == others ? left < right : own < others
        }
    }

    /// The request's longest text that nobody reads yet, if it fits.
    private mutating func nextText(of id: SequenceID, fitting rowCount: Int) -> (name: TextName, text: PreparedText)? {
        while let name = jobs[id]?.queue.last {
            guard let work = works[name], !work.isBeingRead else {
                jobs[id]?.queue.removeLast()
                continue
            }
            guard work.text.tokens.count <= rowCount else { return nil }
            jobs[id]?.queue.removeLast()
            works[name]?.isBeingRead = true
            statistics.waitingTokenCount -= work.text.tokens.count
            return (name, work.text)
        }
        return nil
    }
}
