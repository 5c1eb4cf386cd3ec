import CMartletKernels

/// A small generator whose numbers are the same on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15  // wraps by design
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Nearly normal: the sum of twelve uniform numbers.
    mutating func normals(_ count: Int, deviation: Float = 1) -> [Float] {
        (0..<count).map { _ in
            var sum: Float = -6
            for _ in 0..<12 { sum += Float.random(in: 0..<1, using: &self) }
            return sum * deviation
        }
    }
}

/// Every table that this machine runs, reference first.
func availableKernels() -> [martlet_kernels] {
    var tables = [UnsafePointer<martlet_kernels>?](repeating: nil, count: 16)
    let count = martlet_kernels_available(&tables, tables.count)
    return tables.prefix(count).compactMap { $0?.pointee }
}

/// The names of the fast tables that this machine runs.
let fastKernelNames: [String] = availableKernels().dropFirst().map { String(cString: $0.name) }

/// The table of a name that `availableKernels()` gave.
func kernels(named name: String) throws -> martlet_kernels {
    guard let table = martlet_kernels_named(name) else { throw MissingKernels(name: name) }
    return table.pointee
}

/// A table that should be there and isn't.
struct MissingKernels: Error {
    var name: String
}

/// Every format's traits.
func formatTraits() -> [martlet_format_traits] {
    var formats: [martlet_format_traits] = []
    while let traits = martlet_format_traits_at(formats.count) { formats.append(traits.pointee) }
    return formats
}

/// The names of the formats that Martlet writes.
let writableFormatNames: [String] = formatTraits().filter { $0.quantize != nil }.map { String(cString: $0.name) }

/// Lengths around every vector width, and long ones.
let awkwardCounts = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 127, 128, 255, 1000, 2049]

/// The largest difference; infinite where either side is not a number and the other is.
func largestDifference(_ one: [Float], _ other: [Float]) -> Float {
    zip(one, other).reduce(0) { largest, pair in
        if pair.0.isNaN != pair.1.isNaN { return .infinity }
        return pair.0 == pair.1 || pair.0.isNaN ? largest : max(largest, abs(pair.0 - pair.1))
    }
}

/// The largest magnitude.
func largestMagnitude(_ values: [Float]) -> Float {
    values.reduce(0) { max($0, abs($1)) }
}
