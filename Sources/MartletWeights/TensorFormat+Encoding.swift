import CMartletKernels

extension TensorFormat {
    /// The numbers in this format.
    ///
    /// - Parameters:
    ///   - values: Whole blocks.
    ///   - tensor: Whose they are, for messages.
    /// - Throws: `unsupportedFormat` for a format that is only read; `invalidValue` for numbers that it can't hold.
    package func encoded(_ values: [Float], tensor: String) throws(GGUFError) -> [UInt8] {
        guard let count = byteCount(of: values.count), let traits = martlet_format_traits_of(number),
            let quantize = traits.pointee.quantize
        else {
            throw GGUFError(
                .unsupportedFormat,
                "Martlet doesn't write \(self).",
                remedy: "Choose another format.",
                tensor: tensor
            )
        }
        let limit: Float = self == .f16 ? 65504 : .greatestFiniteMagnitude
        guard values.allSatisfy({ abs($0) <= limit }) else {
            throw GGUFError(
                .invalidValue,
                "A number is not finite, or beyond what \(self) holds.",
                remedy: "Choose bf16 or f32; if that is refused too, the weights are damaged.",
                tensor: tensor
            )
        }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            quantize(values, buffer.baseAddress, values.count)
            initializedCount = count
        }
    }
}
