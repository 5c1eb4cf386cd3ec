import MartletWeights

/// PyTorch's checkpoints since version 1.6: a zip file with a pickle and a member for each storage.
enum TorchArchive {
    private static let greatestPickle = 256 << 20

    /// The file's tensors.
    static func tensors(of file: MappedFile, name: String) throws(ConversionError) -> [CheckpointTensor] {
        let archive = try ZipArchive(file, name: name)
        guard let pickleName = archive.members.keys.first(where: { $0.hasSuffix("/data.pkl") }),
            let range = archive.members[pickleName], range.count <= greatestPickle
        else { throw .damaged(name, "there is no data.pkl in it") }
        let prefix = pickleName.dropLast("data.pkl".count)
        if let order = archive.members["\(prefix)byteorder"],
            String(decoding: file.bytes[order].prefix(8), as: UTF8.self) == "big"
        {
            throw ConversionError(
                "its numbers lie highest byte first",
                remedy: "Save the model again on a little-endian machine",
                file: name
            )
        }
        var offset = 0
        let pickle = UnsafeRawBufferPointer(rebasing: file.bytes[range])
        let entries = try PickleMachine.read(pickle, from: &offset, file: name) { value throws(ConversionError) in
            try StateDictionary.tensors(of: value, file: name)
        }
        return try StateDictionary.located(entries, in: file, name: name) { storage in
            archive.members["\(prefix)data/\(storage)"]
        }
    }
}

/// PyTorch's checkpoints before version 1.6: pickles one after the other, then the storages' numbers.
enum TorchStream {
    /// The first pickle, `0x1950a86a20f9469cfc6c`, as far as 64 bits hold it.
    private static let magic = Int(bitPattern: 0xa86a_20f9_469c_fc6c)
    private static let protocolVersion = 1001

    /// The file's tensors.
    static func tensors(of file: MappedFile, name: String) throws(ConversionError) -> [CheckpointTensor] {
        var offset = 0
        func read<Result>(
            _ body: (PickleValue) throws(ConversionError) -> Result
        ) throws(ConversionError) -> Result {
            try PickleMachine.read(file.bytes, from: &offset, file: name, body)
        }
        guard file.byteCount > 2, file.bytes[0] == 0x80,
            try read({ (value) throws(ConversionError) in value.integer == magic }),
            try read({ (value) throws(ConversionError) in value.integer == protocolVersion })
        else { throw .damaged(name, "it is neither safetensors nor a checkpoint of PyTorch") }
        try read { (_) throws(ConversionError) in }  // The writer's system.
        let entries = try read { (value) throws(ConversionError) in
            try StateDictionary.tensors(of: value, file: name)
        }
        let keys = try read { (value) throws(ConversionError) in
            guard case .list(let list) = value else { throw .damaged(name, "the list of its storages is missing") }
            return list.values.compactMap(\.string)
        }
        var types: [String: ElementType] = [:]
        for entry in entries { types[entry.tensor.storage.key] = entry.tensor.storage.type }
        var places: [String: Range<Int>] = [:]
        for key in keys {
            guard let type = types[key] else { throw .damaged(name, "it has numbers that no tensor uses") }
            guard offset <= file.byteCount - 8 else { throw .damaged(name, "it was cut off") }
            let count = Int64(littleEndian: (file.base + offset).loadUnaligned(as: Int64.self))
            offset += 8
            guard count >= 0, count <= Int64((file.byteCount - offset) / type.byteCount) else {
                throw .damaged(name, "it announces \(count) numbers and ends before them")
            }
            places[key] = offset..<offset + Int(count) * type.byteCount
            offset += Int(count) * type.byteCount
        }
        return try StateDictionary.located(entries, in: file, name: name) { places[$0] }
    }
}

/// What `torch.save(model.state_dict())` leaves: tensors by name, perhaps one level down.
enum StateDictionary {
    /// The tensors and their names.
    static func tensors(
        of value: PickleValue,
        file: String,
        isInner: Bool = false
    ) throws(ConversionError) -> [(name: String, tensor: PickleTensor)] {
        guard case .dictionary(let dictionary) = value else {
            throw .damaged(file, "it holds no dictionary of tensors")
        }
        for (key, value) in dictionary.values where !isInner && (key == "state_dict" || key == "model") {
            if case .dictionary = value { return try tensors(of: value, file: file, isInner: true) }
        }
        var tensors: [(name: String, tensor: PickleTensor)] = []
        for (key, value) in dictionary.values {
            if case .tensor(let tensor) = value { tensors.append((key, tensor)) }
        }
        guard !tensors.isEmpty else { throw .damaged(file, "it holds no tensors") }
        return tensors
    }

    /// The tensors with their numbers, whose places in the file `place` knows by the storage's name.
    static func located(
        _ entries: [(name: String, tensor: PickleTensor)],
        in file: MappedFile,
        name: String,
        _ place: (String) -> Range<Int>?
    ) throws(ConversionError) -> [CheckpointTensor] {
        try entries.map { entry throws(ConversionError) in
            guard let bytes = place(entry.tensor.storage.key) else {
                throw .damaged(name, "the numbers of \(shown(entry.name)) are not in it")
            }
            return try CheckpointTensor(
                name: entry.name,
                shape: entry.tensor.shape,
                strides: entry.tensor.strides,
                type: entry.tensor.storage.type,
                file: file,
                bytes: bytes,
                offset: entry.tensor.offset,
                fileName: name
            )
        }
    }
}
