import Foundation
import MartletConversation

/// Reads files as documents.
enum DocumentReading {
    /// What a file turned out to be.
    enum Reading {
        case document(KnowledgeDocument)
        /// It has the fingerprint that is known already, so nobody looked further.
        case unchanged
        /// It isn't text.
        case binary
    }

    /// Reads a file, unless its bytes are known.
    /// - Throws: ``CommandError``, whose description names the file and the remedy.
    static func read(_ file: DocumentSearch.File, knownAs fingerprints: Set<String>?) throws -> Reading {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: file.path))
        } catch {
            throw CommandError("\(file.location) can't be read. Check its rights.")
        }
        let fingerprint = KnowledgeDocument.fingerprint(of: Array(data))
        if fingerprints == [fingerprint] { return .unchanged }
        let text: String
        if file.format == .pages {
            text = try PDFText.text(of: file)
        } else {
            guard !data.prefix(8192).contains(0), let decoded = String(validating: data, as: UTF8.self) else {
                return .binary
            }
            text = decoded.hasPrefix("\u{FEFF}") ? String(decoded.dropFirst()) : decoded
        }
        return .document(
            KnowledgeDocument(location: file.location, format: file.format, text: text, fingerprint: fingerprint)
        )
    }
}

/// The text of PDF files, through poppler's `pdftotext`.
enum PDFText {
    /// The longest that a file may take.
    private static let patience: TimeInterval = 120

    /// The text, with a form feed after each page.
    static func text(of file: DocumentSearch.File) throws -> String {
        guard let tool = tool else {
            throw CommandError(
                "\(file.location) is a PDF, and pdftotext, which reads those, is not installed. On Debian and Ubuntu: "
                    + "apt-get install poppler-utils"
            )
        }
        let output = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).txt")
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = ["-q", "-enc", "UTF-8", file.path, output.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw CommandError("\(tool) can't be run. Check that it is installed properly.")
        }
        let end = Date() + patience
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning {
            process.terminate()
            throw CommandError(
                "pdftotext didn't get through \(file.location) in \(Int(patience)) seconds. Leave the file out."
            )
        }
        guard process.terminationStatus == 0, let data = try? Data(contentsOf: output) else {
            throw CommandError(
                "pdftotext can't read \(file.location). It may be damaged, or need a password; leave it out."
            )
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The program in the search path.
    private static var tool: String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { $0 + "/pdftotext" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
