import Foundation
import MartletPrompt

extension TokenizerFiles {
    /// The tokenizer's files in a model's folder, or one such file with the small ones beside it.
    ///
    /// - Returns: Nil when `path` is neither a folder nor a file of that kind.
    static func at(_ path: String) throws -> TokenizerFiles? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        let url = URL(filePath: path)
        if isFolder.boolValue { return try TokenizerFiles { try read(url.appending(path: $0)) } }
        let name = url.lastPathComponent
        // Copies often lie about under the model's name, as in bert.tokenizer.json.
        guard let kind = names.first(where: { name == $0 || name.hasSuffix("." + $0) || name.hasSuffix("-" + $0) })
        else {
            return nil
        }
        let folder = url.deletingLastPathComponent()
        let small = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
        return try TokenizerFiles { other in
            if other == kind { return try read(url) }
            let belongs = small.contains(other) || (kind == "vocab.json" && other == "merges.txt")
            return belongs && name == kind ? try read(folder.appending(path: other)) : nil
        }
    }

    private static func read(_ url: URL) throws -> [UInt8]? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        guard let attributes else { return nil }
        guard (attributes[.size] as? Int ?? 0) <= greatestByteCount else {
            throw CommandError("\(url.path) is too big for a tokenizer's file. Name the folder of a model.")
        }
        return Array(try Data(contentsOf: url))
    }
}
