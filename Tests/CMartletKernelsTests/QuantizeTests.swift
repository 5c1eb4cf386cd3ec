import CMartletKernels
import Foundation
import Testing

@Suite("Packing and unpacking weights")
struct QuantizeTests {
    func traits(_ name: String) throws -> martlet_format_traits {
        try #require(formatTraits().first { String(cString: $0.name) == name })
    }

    func packed(_ values: [Float], _ traits: martlet_format_traits) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xAA, count: values.count / traits.block_length * traits.block_bytes)
        traits.quantize(values, &bytes, values.count)
        return bytes
    }

    func unpacked(_ bytes: [UInt8], _ traits: martlet_format_traits, by kernels: martlet_kernels) -> [Float] {
        let count = bytes.count / traits.block_bytes * traits.block_length
        var values = [Float](repeating: .nan, count: count)
        kernels.dequantize(traits.format, bytes, &values, count)
        return values
    }

    @Test(
        "unpacks the blocks of gguf-py's own making to the same bits, with every instruction set",
        arguments: formatTraits().map { String(cString: $0.name) }.filter { $0 != "F32" }
    )
    func golden(name: String) throws {
        let traits = try traits(name)
        let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "blocks"))
        let data = [UInt8](try Data(contentsOf: url))
        let blockCount = data.count / (traits.block_bytes + 4 * traits.block_length)
        let blocks = Array(data.prefix(blockCount * traits.block_bytes))
        let expected = stride(from: blocks.count, to: data.count, by: 4).map { at -> UInt32 in
            let low = UInt32(data[at]) | UInt32(data[at + 1]) << 8
            let high = UInt32(data[at + 2]) | UInt32(data[at + 3]) << 8
            return low | high << 16
        }
        #expect(blockCount >= 3 && expected.count == blockCount * traits.block_length)
        for kernels in availableKernels() {
            let values = unpacked(blocks, traits, by: kernels)
            #expect(values.map(\.bitPattern) == expected, "\(String(cString: kernels.name))")
        }
    }

    @Test("unpacks any number of random blocks as the reference does", arguments: formatTraits().map(\.format.rawValue))
    func fastUnpackers(number: UInt32) throws {
        let traits = try #require(martlet_format_traits_of(number)).pointee
        var generator = SeededGenerator(state: UInt64(number))
        for blockCount in [1, 2, 3, 5, 8, 13, 31, 33] {
            let count = traits.block_length == 1 ? blockCount * 3 : blockCount * traits.block_length
            let values = generator.normals(count)
            var bytes = packed(values, traits)
            // Random quants and scales; the halves keep the values that packing gave them.
            if ["Q2_K", "Q4_K", "Q5_K", "Q6_K", "Q3_K"].contains(String(cString: traits.name)) {
                for block in 0..<blockCount {
                    for at in 4..<80 {
                        bytes[block * traits.block_bytes + at] = .random(in: 0...255, using: &generator)
                    }
                }
            }
            let expected = unpacked(bytes, traits, by: availableKernels()[0])
            for kernels in availableKernels().dropFirst() {
                #expect(unpacked(bytes, traits, by: kernels) == expected, "\(String(cString: kernels.name))")
            }
        }
    }

    @Test("keeps the error of normal rows within each format's bound", arguments: writableFormatNames)
    func packedError(name: String) throws {
        let traits = try traits(name)
        let tolerance = try #require(Tolerance.packed[name])
        for (seed, deviation) in [(1, Float(1)), (2, 0.02), (3, 30)] {
            var generator = SeededGenerator(state: UInt64(seed))
            let values = generator.normals(8192, deviation: deviation)
            let back = unpacked(packed(values, traits), traits, by: availableKernels()[0])
            let squares = zip(values, back).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect((squares / Float(values.count)).squareRoot() <= tolerance * deviation)
        }
    }

    @Test("keeps zeros, constants and one lonely value", arguments: writableFormatNames)
    func degenerateRows(name: String) throws {
        let traits = try traits(name)
        let zeros = [Float](repeating: 0, count: 512)
        #expect(unpacked(packed(zeros, traits), traits, by: availableKernels()[0]) == zeros)
        for constant in [Float(0.75), -0.75] {
            let back = unpacked(
                packed([Float](repeating: constant, count: 512), traits),
                traits,
                by: availableKernels()[0]
            )
            #expect(back.allSatisfy { abs($0 - constant) < 0.05 })
        }
        var lonely = zeros
        lonely[300] = -2
        let back = unpacked(packed(lonely, traits), traits, by: availableKernels()[0])
        #expect(largestDifference(back, lonely) < 0.05)
    }

    @Test("takes not-a-number as zero and infinities as the largest half", arguments: writableFormatNames)
    func hostileRows(name: String) throws {
        let traits = try traits(name)
        guard traits.block_length > 1 else { return }
        var generator = SeededGenerator(state: 9)
        var values = generator.normals(1024)
        values[3] = .nan
        values[40] = .infinity
        values[300] = -.infinity
        values[600] = .greatestFiniteMagnitude
        values[700] = .leastNonzeroMagnitude
        let back = unpacked(packed(values, traits), traits, by: availableKernels()[0])
        #expect(back.allSatisfy { $0.isFinite && abs($0) <= 80_000 })
        #expect(back[40] > 50_000 && back[300] < -50_000 && back[600] > 50_000)
        let nothing = [Float](repeating: .nan, count: 256)
        #expect(unpacked(packed(nothing, traits), traits, by: availableKernels()[0]).allSatisfy { $0 == 0 })
    }

    @Test("rounds halves to nearest even and keeps their special values")
    func halves() throws {
        let traits = try traits("F16")
        let values: [Float] = [
            1, 1.000_488_28, 1.001_464_84, 65504, 65519, 65520, -65536, 5.96e-8, 2.98e-8, 2.9e-8, 6.1e-5, .infinity,
        ]
        let expected = values.map { Float($0.isFinite ? Self.nearestHalf($0) : $0) }
        #expect(unpacked(packed(values, traits), traits, by: availableKernels()[0]) == expected)
        #expect(unpacked(packed([.nan], traits), traits, by: availableKernels()[0])[0].isNaN)
    }

    /// The half nearest to a value, by search over all of them.
    static func nearestHalf(_ value: Float) -> Float {
        let halves = (0..<0x7C00).map { UInt16($0) }.map { bits -> Float in
            let exponent = Int(bits >> 10)
            let fraction = Float(bits & 0x3FF)
            return exponent == 0
                ? fraction * Float(sign: .plus, exponent: -24, significand: 1)
                : (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
        }
        if abs(value) >= 65520 { return value < 0 ? -.infinity : .infinity }
        var best = 0
        for (index, half) in halves.enumerated() {
            let distance = abs(half - abs(value))
            let least = abs(halves[best] - abs(value))
            if distance < least || (distance == least && index % 2 == 0) { best = index }
        }
        return value < 0 ? -halves[best] : halves[best]
    }
}
