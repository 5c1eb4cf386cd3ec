import MartletWeights

/// What keeps a model's folder from being converted, and what to do about it.
public struct ConversionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, a sentence without its full stop.
    public var detail: String
    /// What to do about it, a sentence without its full stop.
    public var remedy: String
    /// The file concerned.
    public var file: String?
    /// The tensor concerned.
    public var tensor: String?

    /// Makes an error from two sentences without their full stops.
    public init(_ detail: String, remedy: String, file: String? = nil, tensor: String? = nil) {
        self.detail = detail
        self.remedy = remedy
        self.file = file
        self.tensor = tensor
    }

    /// Where, what is wrong, and the remedy.
    public var description: String {
        let place = [file, tensor].compactMap { $0 }.joined(separator: ": ")
        return "\(place.isEmpty ? "" : "\(place): ")\(detail). \(remedy)."
    }

    /// An encoder's folder that says nothing of pooling.
    ///
    /// sentence-transformers takes the mean of such a folder, with a warning; models that were trained for another kind then give
    /// vectors that only look right.
    static let unnamedPooling = ConversionError(
        "nothing in the folder says how rows become one vector",
        remedy:
            "Fetch modules.json with the folder 1_Pooling, or name the kind that the model's makers give with --pooling mean, "
            + "cls or last",
        file: "modules.json"
    )

    /// A file whose bytes can't be what they claim to be.
    static func damaged(_ file: String, _ detail: String) -> ConversionError {
        ConversionError(detail, remedy: "The file is damaged or of another kind: fetch it again", file: file)
    }
}

/// A text from a file, fit for a message: cut, and without what could drive a terminal.
func shown(_ text: some StringProtocol) -> String { printable(String(text), limit: 80) }
