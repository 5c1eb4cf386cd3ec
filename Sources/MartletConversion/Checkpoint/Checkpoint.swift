import FoundationEssentials
import MartletCore
import MartletWeights

/// A model's tensors as Hugging Face keeps them: one file or several, safetensors or PyTorch's.
struct Checkpoint: Sendable {
    /// The tensors by name.
    let tensors: [String: CheckpointTensor]
    /// The files that they were read from, for messages.
    let files: [String]

    /// Files of one kind and the list of parts where there are several, best first.
    private static let kinds = [
        (single: "model.safetensors", list: "model.safetensors.index.json"),
        (single: "pytorch_model.bin", list: "pytorch_model.bin.index.json"),
    ]

    /// Opens what a folder has.
    ///
    /// - Throws: ``ConversionError`` where it has nothing, or a file is damaged.
    init(folder: String) throws(ConversionError) {
        for kind in Self.kinds {
            if FileManager.default.fileExists(atPath: "\(folder)/\(kind.list)") {
                let parts = try Self.parts(of: kind.list, in: folder)
                try self.init(folder: folder, files: parts)
                return
            }
            if FileManager.default.fileExists(atPath: "\(folder)/\(kind.single)") {
                try self.init(folder: folder, files: [kind.single])
                return
            }
        }
        throw ConversionError(
            "there are no weights in it",
            remedy: "Fetch \(Self.kinds.map(\.single).joined(separator: " or ")) with the model's other files",
            file: folder
        )
    }

    /// Opens the named files of a folder.
    init(folder: String, files: [String]) throws(ConversionError) {
        var tensors: [String: CheckpointTensor] = [:]
        for file in files {
            for tensor in try Self.tensors(path: "\(folder)/\(file)") {
                guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
                    throw .damaged(file, "the tensor \(shown(tensor.name)) comes twice")
                }
            }
        }
        self.tensors = tensors
        self.files = files
    }

    /// The tensors of one file, by what its first bytes say.
    private static func tensors(path: String) throws(ConversionError) -> [CheckpointTensor] {
        let name = path.split(separator: "/").last.map { String($0) } ?? path
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw ConversionError(
                error.detail.hasSuffix(".") ? String(error.detail.dropLast()) : error.detail,
                remedy: "Check that the file is whole and that this user may read it",
                file: name
            )
        }
        if ZipArchive.begins(file) { return try TorchArchive.tensors(of: file, name: name) }
        if file.byteCount > 9, file.bytes[8] == UInt8(ascii: "{") {
            return try SafetensorsFile.tensors(of: file, name: name)
        }
        return try TorchStream.tensors(of: file, name: name)
    }

    /// The files that an index names; each must be a plain name in the same folder.
    private static func parts(of list: String, in folder: String) throws(ConversionError) -> [String] {
        let value = try ModelFolder.json(list, in: folder, atMost: 64 << 20)
        guard let map = value?["weight_map"]?.object else {
            throw .damaged(list, "it has no weight_map")
        }
        var names: Set<String> = []
        for (_, value) in map {
            guard let name = value.string, !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
                throw .damaged(list, "a part's name is no plain file name")
            }
            names.insert(name)
        }
        guard !names.isEmpty, names.count <= 10_000 else { throw .damaged(list, "it names \(names.count) files") }
        return names.sorted()
    }
}
