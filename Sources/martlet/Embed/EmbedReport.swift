import Foundation
import MartletCore
import MartletEngine
import MartletTerminal

/// Vectors that are looked at together: all in one JSON object, or how alike they are.
final class EmbedReport: VectorOutput {
    private let information: EmbedderInformation
    private let limit: Int
    private var items: [EmbeddedItem] = []

    /// - Parameter limit: Texts that make sense together.
    init(_ information: EmbedderInformation, limit: Int) {
        self.information = information
        self.limit = limit
    }

    func write(_ embedded: EmbeddedItem) throws {
        guard items.count < limit else {
            throw CommandError("There are more than \(limit) texts. Use --output or --format jsonl for so many.")
        }
        items.append(embedded)
    }

    func finish() {}

    /// Everything, as one object.
    func json() throws -> String {
        try JSONOutput.line(
            Everything(
                model: information.name,
                dimensions: items.first?.vector.count ?? information.width,
                sources: information.sources,
                tokens: items.reduce(0) { $0 + $1.tokenCount },
                embeddings: items.map { item in
                    Everything.Item(
                        index: item.index,
                        tokens: item.tokenCount,
                        cut: item.isCut,
                        embedding: item.vector
                    )
                }
            )
        )
    }

    /// The cosine of each pair, as a table or an object.
    func similarities(asJSON: Bool) throws -> String {
        guard items.count > 1 else { throw CommandError("One text alone is like no other. Give two or more.") }
        let rows = items.map { left in items.map { Self.cosine(left.vector, $0.vector) } }
        if asJSON { return try JSONOutput.line(Likeness(model: information.name, similarity: rows)) }
        if items.count == 2 { return Quantity.decimal(rows[0][1], places: 4) + "\n" }
        var lines: [String] = []
        let width = max(7, String(items.count).count + 2)
        func cell(_ text: String) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        lines.append(cell("") + items.indices.map { cell("\($0 + 1)") }.joined())
        for (index, row) in rows.enumerated() {
            let cells = row.map { cell(Quantity.decimal($0, places: 3)) }.joined()
            lines.append(cell("\(index + 1)") + cells + "  " + Self.excerpt(items[index].item))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func excerpt(_ item: EmbedItem) -> String {
        guard case .text(let text) = item.input.content else { return "" }
        let line = TerminalText.harmless(text.split(whereSeparator: \.isNewline).joined(separator: " "))
        return line.count > 40 ? "\(line.prefix(39))…" : line
    }

    private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        var (dot, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(left, right) {
            dot += Double(x) * Double(y)
            first += Double(x) * Double(x)
            second += Double(y) * Double(y)
        }
        let lengths = (first * second).squareRoot()
        return lengths > 0 ? dot / lengths : 0
    }

    private struct Everything: Encodable {
        struct Item: Encodable {
            let index: Int
            let tokens: Int
            let cut: Bool
            let embedding: [Float]
        }

        let model: String
        let dimensions: Int
        let sources: [String]
        let tokens: Int
        let embeddings: [Item]
    }

    private struct Likeness: Encodable {
        let model: String
        let similarity: [[Double]]
    }
}
