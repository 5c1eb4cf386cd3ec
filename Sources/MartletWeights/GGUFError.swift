/// What went wrong with a model file, where, and what to do about it.
public struct GGUFError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The kind's name, stable enough for logs and metrics.
        public let description: String

        /// The file can't be opened, read or mapped.
        public static let unreadable = Code(description: "unreadable")
        /// The file isn't GGUF at all.
        public static let notGGUF = Code(description: "notGGUF")
        /// The file is GGUF of a version or byte order that Martlet doesn't read.
        public static let unsupportedVersion = Code(description: "unsupportedVersion")
        /// The file ends before what its header announces.
        public static let truncated = Code(description: "truncated")
        /// A count in the file is impossible for its size, or a product of counts overflows.
        public static let invalidCount = Code(description: "invalidCount")
        /// A key, a name or a text in the file is not valid.
        public static let invalidText = Code(description: "invalidText")
        /// A metadata value has an unknown type or an impossible value.
        public static let invalidValue = Code(description: "invalidValue")
        /// A key or a tensor name comes twice.
        public static let duplicateName = Code(description: "duplicateName")
        /// The alignment is not a power of two of at least 8, or a tensor isn't aligned.
        public static let invalidAlignment = Code(description: "invalidAlignment")
        /// A tensor's dimensions are impossible or don't suit its format.
        public static let invalidShape = Code(description: "invalidShape")
        /// A tensor's format is not one that Martlet reads, or not one that it writes.
        public static let unsupportedFormat = Code(description: "unsupportedFormat")
        /// A tensor's data lies outside the file.
        public static let outOfBounds = Code(description: "outOfBounds")
        /// Two tensors share bytes.
        public static let overlappingTensors = Code(description: "overlappingTensors")
        /// The file is one part of a model that is split over several.
        public static let splitFile = Code(description: "splitFile")
        /// A metadata value has another type than was asked for.
        public static let wrongType = Code(description: "wrongType")
        /// The output can't be created or written.
        public static let unwritable = Code(description: "unwritable")
        /// No space is left for the output.
        public static let diskFull = Code(description: "diskFull")
        /// What was asked for makes no sense, such as converting a file onto itself.
        public static let invalidRequest = Code(description: "invalidRequest")
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong, in words.
    public var detail: String
    /// What to do about it.
    public var remedy: String
    /// Where in the file, in bytes from its start.
    public var offset: Int?
    /// The metadata key concerned.
    public var key: String?
    /// The tensor concerned.
    public var tensor: String?
    /// The file concerned.
    public var path: String?

    /// Makes an error; `detail` and `remedy` are whole sentences without names taken from a file.
    public init(
        _ code: Code,
        _ detail: String,
        remedy: String = GGUFError.downloadAgain,
        offset: Int? = nil,
        key: String? = nil,
        tensor: String? = nil,
        path: String? = nil
    ) {
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.offset = offset
        self.key = key
        self.tensor = tensor
        self.path = path
    }

    /// The remedy for everything that a good file never shows.
    public static let downloadAgain = "The file is damaged or was not written by a GGUF tool: fetch it again."

    /// Where, what, and the remedy, with control characters from the file made harmless.
    public var description: String {
        var place: [String] = []
        if let path { place.append(printable(path, limit: 400)) }
        if let tensor { place.append("tensor \"\(printable(tensor, limit: 80))\"") }
        if let key { place.append("key \"\(printable(key, limit: 80))\"") }
        if let offset { place.append("byte \(offset)") }
        let prefix = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
        return prefix + detail + " " + remedy
    }

    /// The kind alone, bounded, for metrics.
    public var shortDescription: String { code.description }
}
