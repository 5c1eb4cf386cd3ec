internal import CMartletKernels
internal import MartletWeights

/// Finds tensors by name, checks their shapes, and copies the small ones into floats.
struct TensorResolver {
    let file: GGUFFile
    let kernels: UnsafePointer<martlet_kernels>
    private let vectors: AlignedBuffer
    private var vectorByteCount = 0
    private var used: Set<String> = []

    init(file: GGUFFile, kernels: UnsafePointer<martlet_kernels>) throws(ModelError) {
        self.file = file
        self.kernels = kernels
        var plan = BufferPlan()
        for tensor in file.tensors where tensor.rows == 1 {
            _ = try plan.reserve(tensor.elementCount, of: Float.self)
        }
        vectors = try AlignedBuffer(byteCount: plan.byteCount, purpose: "norms and biases")
    }

    /// What keeps the vectors alive.
    var owner: AlignedBuffer { vectors }

    /// A matrix of exactly this shape.
    mutating func matrix(_ name: String, columns: Int, rows: Int) throws(ModelError) -> Matrix {
        let tensor = try require(name, shape: [columns, rows])
        return Matrix(file.bytes(of: tensor), of: tensor)
    }

    /// A vector of exactly this length, as floats at a 64-byte border.
    mutating func vector(_ name: String, count: Int) throws(ModelError) -> UnsafePointer<Float> {
        let tensor = try require(name, shape: [count])
        let destination = (vectors.base + vectorByteCount).bindMemory(to: Float.self, capacity: count)
        // Every one-row tensor has its room in `vectors`, and none is taken twice.
        vectorByteCount += (count * MemoryLayout<Float>.stride + 63) / 64 * 64
        precondition(vectorByteCount <= vectors.byteCount, "a vector taken twice: \(name)")
        kernels.pointee.dequantize(
            martlet_format(rawValue: tensor.format.number),
            file.bytes(of: tensor).baseAddress,
            destination,
            count
        )
        return UnsafePointer(destination)
    }

    /// A vector that may be missing.
    mutating func optionalVector(_ name: String, count: Int) throws(ModelError) -> UnsafePointer<Float>? {
        file.tensor(named: name) == nil ? nil : try vector(name, count: count)
    }

    /// Several vectors side by side; nil when the first is missing.
    mutating func optionalVectors(_ parts: [(name: String, count: Int)]) throws(ModelError) -> [Float]? {
        guard let first = parts.first, file.tensor(named: first.name) != nil else { return nil }
        var result: [Float] = []
        for part in parts {
            let values = try vector(part.name, count: part.count)
            result.append(contentsOf: UnsafeBufferPointer(start: values, count: part.count))
        }
        return result
    }

    /// Refuses a file with layer tensors that nothing asked for: leaving them out would change the answers silently.
    func checkAllUsed(prefix: String = "blk.") throws(ModelError) {
        guard let extra = file.tensors.first(where: { $0.name.hasPrefix(prefix) && !used.contains($0.name) }) else {
            return
        }
        throw ModelError(
            .unexpectedTensor,
            "this architecture has no such tensor, and leaving it out would change the answers",
            remedy: "Choose another model, or convert it again with a current converter.",
            tensor: printable(extra.name, limit: 64)
        )
    }

    private mutating func require(_ name: String, shape: [Int]) throws(ModelError) -> GGUFTensor {
        guard let tensor = file.tensor(named: name) else {
            throw ModelError(
                .missingTensor,
                "the tensor is missing",
                remedy: "The file is incomplete or of another architecture: fetch or convert it again.",
                tensor: name
            )
        }
        let found = Array(tensor.shape.prefix(max(shape.count, 1 + (tensor.shape.lastIndex { $0 != 1 } ?? 0))))
        guard found == shape else {
            throw ModelError(
                .wrongShape,
                "expected \(shape), found \(tensor.shape)",
                remedy: "The file is damaged or badly converted: fetch or convert it again.",
                tensor: name
            )
        }
        used.insert(name)
        return tensor
    }
}
