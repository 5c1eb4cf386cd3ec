import MartletCore
import MartletWeights

/// Reads safetensors: a length, a header in JSON, and the numbers.
///
/// - SeeAlso: https://github.com/huggingface/safetensors (the format's description)
enum SafetensorsFile {
    private static let greatestHeader = 100_000_000

    /// The file's tensors; nothing in the header is trusted.
    static func tensors(of file: MappedFile, name: String) throws(ConversionError) -> [CheckpointTensor] {
        guard file.byteCount >= 8 else { throw .damaged(name, "it ends before its header") }
        let announced = UInt64(littleEndian: file.base.loadUnaligned(as: UInt64.self))
        guard announced <= UInt64(min(greatestHeader, file.byteCount - 8)) else {
            throw .damaged(name, "it announces a header of \(announced) bytes and has \(file.byteCount)")
        }
        let start = 8 + Int(announced)
        let header: JSONValue
        do {
            header = try JSONValue(parsing: file.bytes[8..<start])
        } catch {
            throw .damaged(name, "its header is \(error)")
        }
        guard let entries = header.object else { throw .damaged(name, "its header is no object") }
        var tensors: [CheckpointTensor] = []
        for (key, value) in entries where key != "__metadata__" {
            tensors.append(try tensor(key, value, start: start, file: file, name: name))
        }
        guard !tensors.isEmpty else { throw .damaged(name, "it has no tensors") }
        return tensors
    }

    private static func tensor(
        _ key: String,
        _ value: JSONValue,
        start: Int,
        file: MappedFile,
        name: String
    ) throws(ConversionError) -> CheckpointTensor {
        func wrong(_ detail: String) -> ConversionError {
            var error = ConversionError.damaged(name, detail)
            error.tensor = shown(key)
            return error
        }
        guard let word = value["dtype"]?.string else { throw wrong("it has no dtype") }
        guard let type = ElementType(rawValue: word) else {
            throw ConversionError(
                "numbers of the type \(shown(word)) are none that Martlet converts",
                remedy: "Choose the model's F32, F16 or BF16 files",
                file: name,
                tensor: shown(key)
            )
        }
        guard let dimensions = value["shape"]?.array, let offsets = value["data_offsets"]?.array, offsets.count == 2,
            let low = offsets[0].integer, let high = offsets[1].integer
        else { throw wrong("its shape or place is missing") }
        var shape: [Int] = []
        for dimension in dimensions {
            guard let length = dimension.integer, length >= 0, length <= 1 << 40 else {
                throw wrong("its shape is none")
            }
            shape.append(Int(length))
        }
        guard low >= 0, high >= low, high <= Int64(file.byteCount - start) else {
            throw wrong("its numbers lie outside the file")
        }
        let tensor = try CheckpointTensor(
            name: key,
            shape: shape,
            type: type,
            file: file,
            bytes: start + Int(low)..<start + Int(high),
            fileName: name
        )
        guard tensor.elementCount * type.byteCount == Int(high - low) else {
            throw wrong("\(high - low) bytes are not what the shape \(shape) takes")
        }
        return tensor
    }
}
