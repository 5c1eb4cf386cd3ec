internal import MartletWeights

/// Reads an architecture's keys (`llama.block_count`…) with their limits.
struct MetadataReader {
    let metadata: GGUFMetadata
    let prefix: String

    /// The full key.
    func key(_ name: String) -> String { "\(prefix).\(name)" }

    /// An error about a key.
    func failure(_ name: String, _ detail: String) -> ModelError {
        ModelError(
            .invalidConfiguration,
            detail,
            remedy: "The file is damaged or badly converted: fetch or convert it again.",
            key: key(name)
        )
    }

    /// An integer within `range`, or nil when the key is missing.
    ///
    /// Arrays of equal numbers count as one number.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Int? {
        var value: Int?
        if case .array(let array)? = metadata[key(name)] {
            guard let values = array.integers, let first = values.first else {
                throw failure(name, "expected a whole number or an array of them")
            }
            guard values.allSatisfy({ $0 == first }) else {
                throw ModelError(
                    .invalidConfiguration,
                    "the value differs from layer to layer",
                    remedy: "Martlet runs models whose layers are all of one shape: choose another model.",
                    key: key(name)
                )
            }
            value = first
        } else {
            value = try read(name) { () throws(GGUFError) in try metadata.integer(key(name)) }
        }
        guard let value else { return nil }
        guard range.contains(value) else {
            throw failure(name, "\(value) is outside \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// An integer that has to be there.
    func required(_ name: String, in range: ClosedRange<Int>) throws(ModelError) -> Int {
        guard let value = try integer(name, in: range) else { throw failure(name, "the key is missing") }
        return value
    }

    /// A finite number within `range`, or nil when the key is missing.
    func float(_ name: String, in range: ClosedRange<Float>) throws(ModelError) -> Float? {
        guard let value = try read(name, { () throws(GGUFError) in try metadata.float(key(name)) }) else { return nil }
        guard range.contains(value) else {
            throw failure(name, "\(value) is outside \(range.lowerBound)...\(range.upperBound)")
        }
        return value
    }

    /// A text, or nil when the key is missing.
    func string(_ name: String) throws(ModelError) -> String? {
        try read(name) { () throws(GGUFError) in try metadata.string(key(name)) }
    }

    /// Runs a typed read and gives its error this target's form.
    private func read<Value>(_ name: String, _ body: () throws(GGUFError) -> Value?) throws(ModelError) -> Value? {
        do {
            return try body()
        } catch {
            throw failure(name, error.detail)
        }
    }
}
