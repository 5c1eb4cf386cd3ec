internal import MartletWeights

/// What keeps a model from being loaded or a step from being run.
public struct ModelError: Error, Hashable, CustomStringConvertible {
    /// The kind of error, stable for programs and metrics.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        /// The file's architecture isn't one that Martlet runs.
        public static let unknownArchitecture = Code(description: "unknownArchitecture")
        /// A metadata key is missing, has the wrong type or a value that makes no sense.
        public static let invalidConfiguration = Code(description: "invalidConfiguration")
        /// A tensor that the architecture needs isn't in the file.
        public static let missingTensor = Code(description: "missingTensor")
        /// A tensor's shape doesn't fit the metadata.
        public static let wrongShape = Code(description: "wrongShape")
        /// A tensor is stored in a way that its place in the model doesn't allow.
        public static let unsupportedFormat = Code(description: "unsupportedFormat")
        /// The file has a tensor that changes the answer and that this architecture doesn't know.
        public static let unexpectedTensor = Code(description: "unexpectedTensor")
        /// An option asks for something that this model or machine doesn't have.
        public static let invalidOption = Code(description: "invalidOption")
        /// Memory for buffers or the cache could not be had.
        public static let outOfMemory = Code(description: "outOfMemory")
        /// The file's weights can't be read any longer, or never could.
        public static let unreadableWeights = Code(description: "unreadableWeights")
        /// A step plan that breaks its own rules.
        public static let invalidPlan = Code(description: "invalidPlan")
    }

    /// The kind of error.
    public var code: Code
    /// What was found, and what was expected.
    public var detail: String
    /// What to do about it.
    public var remedy: String
    /// The metadata key concerned.
    public var key: String?
    /// The tensor concerned.
    public var tensor: String?

    /// Makes an error; see the properties.
    public init(_ code: Code, _ detail: String, remedy: String, key: String? = nil, tensor: String? = nil) {
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.key = key
        self.tensor = tensor
    }

    /// The problem and its remedy in one line.
    public var description: String {
        let place = key ?? tensor
        return "\(place.map { "\($0): " } ?? "")\(detail). \(remedy)"
    }

    /// The code's name, for metrics.
    public var shortDescription: String { code.description }
}

extension ModelError {
    /// What a fault of the file means for a model.
    init(unreadable error: GGUFError) {
        var place = error.path.map { "\(printable($0, limit: 400)): " } ?? ""
        place += error.detail.hasSuffix(".") ? String(error.detail.dropLast()) : error.detail
        self.init(.unreadableWeights, place, remedy: error.remedy, tensor: error.tensor)
    }
}
