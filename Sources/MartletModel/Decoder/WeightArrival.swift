internal import MartletWeights
internal import Synchronization

/// A file's weights on their way from the disk while workers come to them; decoders and encoders share it.
final class WeightArrival {
    private let file: GGUFFile
    /// The place of the first stage that didn't come for some worker; `Int.max` while all came.
    private let missingStage: UnsafeMutablePointer<Atomic<Int>>

    init(of file: GGUFFile) {
        self.file = file
        missingStage = .allocate(capacity: 1)
        missingStage.initialize(to: Atomic(.max))
    }

    deinit {
        missingStage.deinitialize(count: 1)
        missingStage.deallocate()
    }

    /// Makes sure that the weights can be read, and says what the workers have to wait for.
    ///
    /// - Throws: ``ModelError`` with `unreadableWeights` when the file was cut short or its disk fails.
    func gate() throws(ModelError) -> WeightGate {
        do {
            try file.checkReadability()
        } catch {
            throw ModelError(unreadable: error)
        }
        let reading = file.reading.flatMap { $0.isOver ? nil : $0 }
        return WeightGate(reading: reading.map { Unmanaged.passUnretained($0) }, missingStage: missingStage)
    }

    /// Throws why a stage didn't come for the workers, if one didn't.
    func check() throws(ModelError) {
        if missingStage.pointee.load(ordering: .relaxed) != .max { _ = try gate() }
    }
}

/// The workers' view of a ``WeightArrival``, the same for all of a step; plain data.
struct WeightGate {
    /// What brings the weights; nil once there is nothing to wait for.
    var reading: Unmanaged<WeightReading>?
    fileprivate var missingStage: UnsafeMutablePointer<Atomic<Int>>?

    /// Nothing to wait for.
    init() {}

    fileprivate init(reading: Unmanaged<WeightReading>?, missingStage: UnsafeMutablePointer<Atomic<Int>>) {
        self.reading = reading
        self.missingStage = missingStage
    }

    /// Waits until a stage of the weights is there; false, for all workers alike, when it doesn't come.
    ///
    /// Costs a comparison once all weights are there.
    @inline(__always)
    func waits(for stage: WeightStage, _ member: TeamMember) -> Bool {
        guard let reading else { return true }
        return wait(for: stage, of: reading.takeUnretainedValue(), member)
    }

    /// Waits and agrees with the others: a worker that went on alone would wait for them for ever.
    ///
    /// A stage that doesn't come is noted before all meet, so that all see it; one that doesn't come for a worker who is
    /// ahead already is a later one, and is of no interest here.
    @inline(never)
    private func wait(for stage: WeightStage, of reading: WeightReading, _ member: TeamMember) -> Bool {
        guard let missingStage else { return true }
        do {
            try reading.wait(for: stage)
        } catch {
            _ = missingStage.pointee.compareExchange(expected: .max, desired: stage.place, ordering: .relaxed)
        }
        member.meet()
        return missingStage.pointee.load(ordering: .relaxed) > stage.place
    }
}
