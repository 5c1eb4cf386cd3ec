import Foundation
import MartletConversation

/// Reads files as documents.
enum DocumentReading {
    /// What a file turned out to be.
    enum Reading {
        case document(KnowledgeDocument)
        /// Its bytes are known already, so nobody looked further.
        case unchanged
        /// It isn't text.
        case binary
        /// It has more bytes than are read.
        case tooLarge
    }

    /// Reads a file, unless its bytes are known.
    /// - Parameters:
    ///   - limit: Bytes of a file at most.
    ///   - isKnown: Whether a fingerprint is that of what is there already.
    /// - Throws: ``CommandError``, whose description names the file and the remedy.
    static func read(
        _ file: DocumentSearch.File,
        limit: Int,
        isKnown: (_ fingerprint: String) -> Bool
    ) async throws -> Reading {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: file.path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw CommandError("\(file.location) can't be read. Check its rights.")
        }
        guard data.count <= limit else { return .tooLarge }
        let fingerprint = KnowledgeDocument.fingerprint(of: Array(data))
        if isKnown(fingerprint) { return .unchanged }
        let text: String
        if file.format == .pages {
            text = try await PDFText.text(of: data, from: file.location)
        } else if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
            guard let decoded = String(data: data, encoding: .utf16) else { return .binary }
            text = withoutMark(decoded)
        } else {
            guard !data.prefix(8192).contains(0) else { return .binary }
            guard let decoded = String(validating: data, as: UTF8.self) else {
                throw CommandError(
                    "\(file.location) is not UTF-8 text. Convert it, for instance with iconv -f LATIN1 -t UTF-8."
                )
            }
            text = withoutMark(decoded)
        }
        return .document(
            KnowledgeDocument(location: file.location, format: file.format, text: text, fingerprint: fingerprint)
        )
    }

    /// A text without the mark of its byte order.
    private static func withoutMark(_ text: String) -> String {
        text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }
}
