import Foundation
import MartletCore

/// A vector on its way out.
struct EmbeddedItem {
    var item: EmbedItem
    var index: Int
    var vector: [Float]
    var tokenCount: Int
    var isCut: Bool
}

/// Where vectors go.
protocol VectorOutput: AnyObject {
    /// Takes one.
    func write(_ embedded: EmbeddedItem) throws
    /// Ends what is written; without it no file appears.
    func finish() throws
}

/// A JSON object a line: index, id, tokens, embedding.
final class JSONLinesOutput: VectorOutput {
    private let target: OutputTarget
    private var text = ""

    init(_ target: OutputTarget) {
        self.target = target
    }

    func write(_ embedded: EmbeddedItem) throws {
        text += "{\"index\":\(embedded.index)"
        if let id = embedded.item.id { text += ",\"id\":\(id.text)" }
        text += ",\"tokens\":\(embedded.tokenCount)"
        if embedded.isCut { text += ",\"cut\":true" }
        text += ",\"embedding\":\(Self.list(embedded.vector))}\n"
        if text.utf8.count > 1 << 16 { try flush() }
    }

    func finish() throws {
        try flush()
        try target.finish()
    }

    private func flush() throws {
        try target.write(Array(text.utf8))
        text.removeAll(keepingCapacity: true)
    }

    /// Numbers in their shortest form that reads back as the same ones.
    static func list(_ vector: [Float]) -> String {
        var text = "["
        for (index, value) in vector.enumerated() {
            if index > 0 { text += "," }
            text += value.description
        }
        return text + "]"
    }
}

/// One array of numpy's, `[texts][dimensions]` of 32-bit floats.
final class NumPyOutput: VectorOutput {
    private let target: OutputTarget
    private let dimensions: Int
    private var count = 0
    private var bytes: [UInt8] = []

    init(_ target: OutputTarget, dimensions: Int) throws {
        self.target = target
        self.dimensions = dimensions
        try target.write(Self.header(count: 0, dimensions: dimensions))
    }

    func write(_ embedded: EmbeddedItem) throws {
        for value in embedded.vector {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        count += 1
        if bytes.count > 1 << 16 { try flush() }
    }

    func finish() throws {
        try flush()
        try target.overwriteStart(with: Self.header(count: count, dimensions: dimensions))
        try target.finish()
    }

    private func flush() throws {
        try target.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    /// The header, 128 bytes whatever the count.
    static func header(count: Int, dimensions: Int) -> [UInt8] {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(count), \(dimensions)), }"
        let length = 128 - 10
        let padded = text + String(repeating: " ", count: length - text.utf8.count - 1) + "\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length), 0] + Array(padded.utf8)
    }
}

/// For people: the first values of each vector.
final class BriefOutput: VectorOutput {
    private let target: OutputTarget

    init(_ target: OutputTarget) {
        self.target = target
    }

    func write(_ embedded: EmbeddedItem) throws {
        let shown = embedded.vector.prefix(6).map { String(format: "%.4f", Double($0)) }.joined(separator: ", ")
        let more = embedded.vector.count > 6 ? ", …" : ""
        let tokens =
            "\(embedded.tokenCount) token\(embedded.tokenCount == 1 ? "" : "s")\(embedded.isCut ? ", cut" : "")"
        try target.write(Array("[\(shown)\(more)]  \(embedded.vector.count) values, \(tokens)\n".utf8))
    }

    func finish() throws { try target.finish() }
}
