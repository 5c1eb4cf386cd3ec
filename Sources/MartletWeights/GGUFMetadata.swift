/// What a model file says about itself: keys and values, in the file's order.
public struct GGUFMetadata: Sendable, Hashable {
    private var values: [String: GGUFValue] = [:]
    /// The keys in the file's order.
    public private(set) var keys: [String] = []

    /// No keys.
    public init() {}

    /// The value of `key`, whatever its type; setting a new key appends it, setting nil removes it.
    public subscript(key: String) -> GGUFValue? {
        get { values[key] }
        set {
            if let newValue {
                if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
            } else if values.removeValue(forKey: key) != nil {
                keys.removeAll { $0 == key }
            }
        }
    }

    /// The text under `key`, invalid UTF-8 replaced; nil when the key is missing.
    public func string(_ key: String) throws(GGUFError) -> String? {
        try read(key, "text") { value in
            guard case .string(let text) = value else { return nil }
            return text.text
        }
    }

    /// The integer under `key`, of any width; nil when the key is missing.
    public func integer(_ key: String) throws(GGUFError) -> Int? {
        try read(key, "an integer") { $0.integer }
    }

    /// The integer of at least 0 under `key`, of any width; nil when the key is missing.
    public func unsignedInteger(_ key: String) throws(GGUFError) -> Int? {
        try read(key, "an integer of at least 0") { value in
            guard let integer = value.integer, integer >= 0 else { return nil }
            return integer
        }
    }

    /// The number under `key`, of any numeric type; nil when the key is missing.
    public func float(_ key: String) throws(GGUFError) -> Float? {
        try read(key, "a number") { value in value.number.map { Float($0) } }
    }

    /// The truth value under `key`; nil when the key is missing.
    public func bool(_ key: String) throws(GGUFError) -> Bool? {
        try read(key, "a truth value") { value in
            guard case .bool(let bool) = value else { return nil }
            return bool
        }
    }

    /// The array under `key`, whatever its elements; nil when the key is missing.
    public func array(_ key: String) throws(GGUFError) -> GGUFArray? {
        try read(key, "an array") { value in
            guard case .array(let array) = value else { return nil }
            return array
        }
    }

    /// The texts under `key`; nil when the key is missing.
    ///
    /// - Complexity: O(bytes): copies the texts, so keep the result.
    public func strings(_ key: String) throws(GGUFError) -> GGUFStringArray? {
        try read(key, "an array of texts") { $0.array?.strings }
    }

    /// The numbers under `key`; nil when the key is missing.
    public func floats(_ key: String) throws(GGUFError) -> [Float]? {
        try read(key, "an array of numbers") { $0.array?.floats }
    }

    /// The integers under `key`, of any width; nil when the key is missing.
    public func integers(_ key: String) throws(GGUFError) -> [Int]? {
        try read(key, "an array of integers") { $0.array?.integers }
    }

    /// The truth values under `key`; nil when the key is missing.
    public func bools(_ key: String) throws(GGUFError) -> [Bool]? {
        try read(key, "an array of truth values") { $0.array?.bools }
    }

    private func read<Result>(
        _ key: String,
        _ expected: String,
        _ convert: (GGUFValue) -> Result?
    ) throws(GGUFError) -> Result? {
        guard let value = values[key] else { return nil }
        guard let result = convert(value) else {
            throw GGUFError(
                .wrongType,
                "Expected \(expected), found \(value.summary).",
                remedy: "The file was written by a tool that Martlet doesn't understand: use another conversion.",
                key: key
            )
        }
        return result
    }
}

extension GGUFValue {
    /// The value as an array; nil for other types.
    public var array: GGUFArray? {
        guard case .array(let array) = self else { return nil }
        return array
    }

    /// The type and, for short values, the value itself.
    var summary: String {
        switch self {
        case .string: "text"
        case .array(let array): "an array of \(array.count) \(array.elementType)"
        case .bool(let value): "the truth value \(value)"
        default: number.map { "\(type) \($0)" } ?? "\(type)"
        }
    }
}
