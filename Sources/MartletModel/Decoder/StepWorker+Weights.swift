internal import MartletWeights
internal import Synchronization

extension StepWorker {
    /// Waits until a stage of the weights is there; false, for all workers alike, when it doesn't come.
    ///
    /// Costs a comparison once all weights are there.
    @inline(__always)
    func areThere(_ stage: WeightStage) -> Bool {
        guard let reading = context.pointee.reading else { return true }
        return wait(for: stage, of: reading.takeUnretainedValue())
    }

    /// Waits and agrees with the others: a worker that went on alone would wait for them for ever.
    ///
    /// A stage that doesn't come is noted before all meet, so that all see it; one that doesn't come for a worker who is
    /// ahead already is a later one, and is of no interest here.
    @inline(never)
    private func wait(for stage: WeightStage, of reading: WeightReading) -> Bool {
        guard let missing = context.pointee.missingStage else { return true }
        do {
            try reading.wait(for: stage)
        } catch {
            _ = missing.pointee.compareExchange(expected: .max, desired: stage.place, ordering: .relaxed)
        }
        member.meet()
        return missing.pointee.load(ordering: .relaxed) > stage.place
    }
}
