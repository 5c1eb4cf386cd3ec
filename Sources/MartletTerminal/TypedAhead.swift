/// Keys that were typed, or pasted, before somebody asked for them.
package struct TypedAhead: Sendable {
    private var decoder = KeyDecoder()
    private var keys: [Key] = []
    private var position = 0

    /// Nothing typed yet.
    package init() {}

    /// Takes a terminal's next bytes.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        keys = Array(keys[position...]) + decoder.append(bytes)
        position = 0
    }

    /// The next key, or nil when all are handled.
    package mutating func next() -> Key? {
        guard position < keys.count else { return nil }
        defer { position += 1 }
        return keys[position]
    }
}
