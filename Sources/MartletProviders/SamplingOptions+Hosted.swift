public import MartletCore

extension SamplingOptions {
    /// Every step neutral, so that what a provider finds best for its model is left to it; the base for hosted models, as a
    /// file's recommendations are for local ones.
    public static var hosted: SamplingOptions {
        var options = SamplingOptions()
        options.temperature = 1
        options.topP = 1
        options.topK = 0
        options.minP = 0
        return options
    }
}
