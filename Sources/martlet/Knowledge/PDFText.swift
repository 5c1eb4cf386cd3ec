import Foundation

/// The text of PDF files, through poppler's `pdftotext`.
enum PDFText {
    /// The longest that a file may take.
    private static let patience = Duration.seconds(120)
    /// The most bytes of text; a small file can be made to hold far more.
    private static let textLimit = 64 << 20

    /// The text, with a form feed after each page.
    ///
    /// The tool gets a copy of the bytes, so that what is read is what was fingerprinted.
    /// - Parameter location: What the file is called in messages.
    /// - Throws: ``CommandError``, which names the remedy, and `CancellationError`, after which the tool is gone.
    static func text(of data: Data, from location: String) async throws -> String {
        guard let tool else {
            throw CommandError(
                "\(location) is a PDF, and pdftotext, which reads those, is not installed. On Debian and Ubuntu: "
                    + "apt-get install poppler-utils"
            )
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)")
        let (input, output) = (folder.appending(path: "input.pdf"), folder.appending(path: "text"))
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(
                at: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try data.write(to: input)
        } catch {
            throw CommandError("\(folder.path) can't be written. Make room there, or name another place with TMPDIR.")
        }
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = ["-q", "-enc", "UTF-8", input.path, output.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw CommandError("\(tool) can't be run. Check that it is installed properly.")
        }
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        let end = ContinuousClock.now + patience
        while process.isRunning, .now < end, size(of: output) <= textLimit {
            try await Task.sleep(for: .milliseconds(10))
        }
        guard size(of: output) <= textLimit else {
            throw CommandError("\(location) has more than \(textLimit >> 20) MiB of text. Leave the file out.")
        }
        guard !process.isRunning else {
            throw CommandError(
                "pdftotext didn't get through \(location) in \(Int(patience / .seconds(1))) seconds. Leave the file out."
            )
        }
        guard process.terminationStatus == 0, let text = try? Data(contentsOf: output) else {
            throw CommandError(
                "pdftotext can't read \(location). It may be damaged, or need a password; leave it out."
            )
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func size(of file: URL) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
    }

    /// The program in the search path.
    private static var tool: String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { $0 + "/pdftotext" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }
}
