import MartletCore

/// Puts tool calls together from the pieces in which they are streamed.
struct ToolCallCollector: Sendable {
    private struct Part {
        var key: Int64
        var id: String
        var name: String
        var arguments: String
    }

    /// No model asks for more in one answer.
    static let maximumCount = 256
    private var parts: [Part] = []

    /// Whether there are any.
    var isEmpty: Bool { parts.isEmpty }

    /// Takes a piece.
    ///
    /// - Parameters:
    ///   - key: Which call it belongs to; nil is the last one, or another where `id` is another.
    ///   - arguments: More of the arguments' text.
    /// - Returns: false where there are too many calls.
    mutating func take(key: Int64?, id: String?, name: String?, arguments: String) -> Bool {
        let id = id ?? ""
        let name = name ?? ""
        let index = parts.lastIndex { key == nil || $0.key == key }
        // Some servers number every call 0; another id with a name is another call all the same.
        if let index, id.isEmpty || parts[index].id.isEmpty || parts[index].id == id || name.isEmpty {
            if parts[index].id.isEmpty { parts[index].id = id }
            if parts[index].name.isEmpty { parts[index].name = name }
            parts[index].arguments += arguments
            return true
        }
        guard parts.count < Self.maximumCount else { return false }
        parts.append(Part(key: key ?? Int64(parts.count), id: id, name: name, arguments: arguments))
        return true
    }

    /// The calls that are complete now, in the order in which they began; those without a name are none.
    mutating func finish() -> [ToolCall] {
        defer { parts = [] }
        return parts.enumerated().compactMap { index, part in
            guard !part.name.isEmpty else { return nil }
            return ToolCall(
                id: part.id.isEmpty ? "call_\(index)" : part.id,
                name: part.name,
                arguments: part.arguments.isEmpty ? "{}" : part.arguments
            )
        }
    }
}
