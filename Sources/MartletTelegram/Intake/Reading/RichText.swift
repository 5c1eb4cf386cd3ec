import MartletCore

/// The words of a rich message, a tree of blocks.
enum RichText {
    /// The longest text that a rich message may have, in characters.
    private static let maximumLength = 32_768

    /// The words of a tree, blocks and rows on lines of their own; about as many as the platform allows at most.
    /// - Complexity: O(nodes); the parser bounds how deep a tree is.
    static func plain(_ tree: JSONValue) -> String {
        var text = ""
        append(tree, to: &text)
        return text.split(separator: "\n").joined(separator: "\n")
    }

    private static func append(_ node: JSONValue, to text: inout String) {
        guard text.utf8.count < maximumLength * 4 else { return }
        switch node {
        case .string(let words): text += words
        case .array(let parts): for part in parts { append(part, to: &text) }
        case .object:
            // What a model thought before it spoke is not what it said.
            if node["type"]?.string == "thinking" { return }
            for member in ["summary", "text", "expression"] { append(node[member] ?? .null, to: &text) }
            for member in ["blocks", "items"] {
                for block in node[member]?.array ?? [] {
                    if !text.isEmpty { text += "\n" }
                    append(block, to: &text)
                }
            }
            for row in node["cells"]?.array ?? [] {
                for (index, cell) in (row.array ?? []).enumerated() {
                    text += index == 0 ? "\n" : " | "
                    append(cell, to: &text)
                }
            }
            for member in ["caption", "credit"] where node[member] != nil {
                text += "\n"
                append(node[member] ?? .null, to: &text)
            }
        default: break
        }
    }
}
