internal import MartletCore

extension GenerationTask {
    /// Its prompt may come from the disk, unless all of it is to be computed; its text goes there, unless it is one of
    /// many beams.
    public var snapshots: SnapshotUse? {
        guard plan.promptScores == nil else { return nil }
        return SnapshotUse(prompt: plan.prompt.tokens, keepsAnswer: plan.sampling.beams == nil)
    }
}
