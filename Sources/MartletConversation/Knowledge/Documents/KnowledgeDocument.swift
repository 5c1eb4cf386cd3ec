import Crypto

/// A document that answers may come from.
public struct KnowledgeDocument: Sendable, Hashable {
    /// How a document's text is to be read.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// Markdown: headings, fences, tables.
        case markdown
        /// Paragraphs between empty lines.
        case plain
        /// A page of the web.
        case html
        /// Plain text with a form feed after each page, as `pdftotext` writes it.
        case pages

        /// The format of a file by the ending of its name; nil for one that isn't a text to read.
        public init?(fileExtension: String) {
            switch fileExtension.lowercased() {
            case "md", "markdown", "mdown": self = .markdown
            case "txt", "text", "rst", "org", "adoc": self = .plain
            case "html", "htm", "xhtml": self = .html
            case "pdf": self = .pages
            default: return nil
            }
        }
    }

    /// Its path or address; what it is known by.
    public var location: String
    /// How its text is to be read.
    public var format: Format
    /// Its text.
    public var text: String
    /// A fingerprint of what it was made from; the same as long as nothing changed.
    public var fingerprint: String

    /// Makes a document.
    /// - Parameter fingerprint: Of the file's bytes, where the text was made from something else; nil for the text's own.
    public init(location: String, format: Format, text: String, fingerprint: String? = nil) {
        self.location = location
        self.format = format
        self.text = text
        self.fingerprint = fingerprint ?? Self.fingerprint(of: Array(text.utf8))
    }

    /// The fingerprint of a file's bytes: 128 bits of SHA-256 in hexadecimal.
    public static func fingerprint(of bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 2 ? digits : "0" + digits
        }.joined()
    }

    /// What it consists of, and its title where it says one.
    var outline: (title: String?, blocks: [DocumentBlock]) {
        switch format {
        case .markdown: MarkdownOutline.read(text)
        case .plain: (nil, PlainOutline.blocks(of: text))
        case .html: HTMLOutline.read(text)
        case .pages: (nil, PlainOutline.pages(of: text))
        }
    }

    /// The last part of its location.
    var name: String {
        let path = location.split(separator: "#").first ?? location[...]
        return path.split(separator: "/").last.map { String($0) } ?? location
    }
}

/// A piece of a document that means something by itself.
struct DocumentBlock: Sendable, Hashable {
    /// What kind of piece it is, and so how it may be cut.
    enum Kind: Sendable, Hashable {
        /// Prose: cut between sentences.
        case prose
        /// Code between fences: kept whole; of more than a passage can hold each piece gets the fences.
        case code(fence: String)
        /// A table: cut between rows, each piece with the heads of the columns, so many lines.
        case table(headCount: Int)
    }

    var kind: Kind
    var text: String
    /// The headings above it, outermost first.
    var headings: [String]
    /// Its lines in the document, counted from 1.
    var lines: ClosedRange<Int>
    /// Its page, where the document has pages.
    var page: Int?
    /// How many headings come before it.
    var section = 0
}
