import Foundation
import MartletEngine

/// The files of a packed model on their way to their names: all of them get there, or nothing is left of them.
struct Packing {
    /// Where the model is written.
    let model: String
    /// Where its prompts are written.
    let prompts: String
    private let output: String
    private let outdated: String

    /// Chooses names beside the output, in a directory that has to exist.
    init(output: String) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: output, isDirectory: &isDirectory), isDirectory.boolValue {
            throw CommandError("\(output) is a directory. Name a file to write.")
        }
        self.output = output
        let suffix = Self.mark + "\(ProcessInfo.processInfo.processIdentifier)"
        let current = PromptPack.directory(ofModelAt: output)
        model = output + suffix
        prompts = current + suffix
        outdated = current + Self.outdatedMark + suffix
        Self.removeAbandoned(of: [output, current, current + Self.outdatedMark])
    }

    private static let mark = ".packing-"
    private static let outdatedMark = ".outdated"

    /// Takes away what processes left behind that were killed.
    private static func removeAbandoned(of paths: [String]) {
        let urls = paths.map { URL(filePath: $0) }
        let folder = urls[0].deletingLastPathComponent().path
        let names = Set(urls.map(\.lastPathComponent))
        for found in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let range = found.range(of: mark, options: .backwards),
                names.contains(String(found[..<range.lowerBound])),
                let process = pid_t(found[range.upperBound...]), process > 0, kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: "\(folder)/\(found)")
        }
    }

    /// Gives the model and its prompts their names.
    ///
    /// The prompts come first: for a moment they lie beside the file that they don't belong to, which notices.
    func commit(hasPrompts: Bool) throws {
        if hasPrompts { try commitPrompts() } else { try setOutdatedAside() }
        guard rename(model, output) == 0 else { throw failure(output) }
        cleanUp()
    }

    /// Gives the prompts their name, for a model that has its own already.
    func commitPrompts() throws {
        let manager = FileManager.default
        // Whoever runs the model reads them, which in a container is another user than the one that made them.
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: prompts)
        for name in try manager.contentsOfDirectory(atPath: prompts) {
            try manager.setAttributes([.posixPermissions: 0o644], ofItemAtPath: prompts + "/" + name)
        }
        try setOutdatedAside()
        guard rename(prompts, PromptPack.directory(ofModelAt: output)) == 0 else {
            throw failure(PromptPack.directory(ofModelAt: output))
        }
        cleanUp(exceptModel: true)
    }

    /// Moves prompts away that were there before.
    private func setOutdatedAside() throws {
        let current = PromptPack.directory(ofModelAt: output)
        guard rename(current, outdated) == 0 || errno == ENOENT else { throw failure(current) }
    }

    /// Takes away whatever didn't get its name, or lost it.
    func cleanUp(exceptModel: Bool = false) {
        for path in [prompts, outdated] + (exceptModel ? [] : [model]) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private func failure(_ path: String) -> CommandError {
        CommandError(
            "\(path) can't be written: \(String(cString: strerror(errno))). "
                + "Check that the folder exists and that this user may write there."
        )
    }
}
