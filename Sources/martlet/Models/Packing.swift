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
        let suffix = ".packing-\(ProcessInfo.processInfo.processIdentifier)"
        model = output + suffix
        prompts = PromptPack.directory(ofModelAt: output) + suffix
        outdated = PromptPack.directory(ofModelAt: output) + ".outdated" + suffix
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
