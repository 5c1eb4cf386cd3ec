public import MartletCore

extension LocalModel: ModelObserving {
    /// The counts since the model was loaded; cheap, callable from any thread.
    public var statistics: ModelStatistics { loop.statistics }
}
