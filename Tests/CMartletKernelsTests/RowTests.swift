import CMartletKernels
import Testing

@Suite("Operations on rows of floats", .enabled(if: !fastKernelNames.isEmpty))
struct RowTests {
    /// Runs the same change on copies of `values` with the reference and the named table, and compares.
    ///
    /// One float beyond the row has to stay as it is.
    func compare(
        _ name: String,
        _ values: [Float],
        share: Float = Tolerance.rows,
        floor: Float = 0,
        _ change: (martlet_kernels, UnsafeMutablePointer<Float>) -> Void
    ) throws {
        let guarded = values + [12_345]
        var expected = guarded
        var found = guarded
        try change(kernels(named: "reference"), &expected)
        try change(kernels(named: name), &found)
        #expect(found.last == 12_345)
        let bound = share * max(largestMagnitude(expected.dropLast()), floor)
        #expect(largestDifference(expected, found) <= bound, "\(name), \(values.count) values")
    }

    @Test("norms agree with the reference, in place and not", arguments: fastKernelNames)
    func norms(name: String) throws {
        for (seed, count) in awkwardCounts.enumerated() {
            var generator = SeededGenerator(state: UInt64(seed))
            let values = generator.normals(count, deviation: seed % 2 == 0 ? 1 : 40)
            let weight = generator.normals(count)
            let bias = generator.normals(count)
            try compare(name, values) { $0.rms_norm($1, weight, count, 1e-5, $1) }
            try compare(name, values) { $0.rms_norm($1, nil, count, 1e-6, $1) }
            try compare(name, values) { $0.rms_norm(weight, values, count, 1e-6, $1) }
            try compare(name, values, share: 1e-5) { $0.layer_norm($1, weight, bias, count, 1e-5, $1) }
            try compare(name, values, share: 1e-5) { $0.layer_norm($1, weight, nil, count, 1e-5, $1) }
        }
    }

    @Test("a row of one value and a row of zeros have norms", arguments: fastKernelNames)
    func degenerateNorms(name: String) throws {
        let weight = [Float](repeating: 2, count: 40)
        try compare(name, [Float](repeating: 0, count: 40)) { $0.rms_norm($1, weight, 40, 1e-5, $1) }
        try compare(name, [Float](repeating: 3, count: 40), share: 1e-5, floor: 1) {
            $0.layer_norm($1, weight, weight, 40, 1e-5, $1)
        }
    }

    @Test("sums and products agree with the reference", arguments: fastKernelNames)
    func sums(name: String) throws {
        for (seed, count) in awkwardCounts.enumerated() {
            var generator = SeededGenerator(state: UInt64(seed))
            let values = generator.normals(count)
            let other = generator.normals(count)
            try compare(name, values, share: 0) { $0.add(other, count, $1) }
            try compare(name, values, share: 0) { $0.scale(-1.7, count, $1) }
        }
    }

    @Test("activation functions agree with the reference", arguments: fastKernelNames)
    func activations(name: String) throws {
        for (seed, count) in awkwardCounts.enumerated() {
            var generator = SeededGenerator(state: UInt64(seed))
            let values = generator.normals(count, deviation: 4)
            let up = generator.normals(count)
            let share = Tolerance.activation
            try compare(name, values, share: share, floor: 1) { $0.silu_multiply($1, up, count) }
            try compare(name, values, share: share, floor: 1) { $0.gelu_multiply($1, up, count) }
            try compare(name, values, share: share, floor: 1) { $0.gelu($1, count) }
            try compare(name, values, share: share, floor: 1) { $0.gelu_exact($1, count) }
            try compare(name, values, share: 0) { $0.relu($1, count) }
            try compare(name, values.map { $0 * 10 }, share: share, floor: 30) { $0.soft_cap($1, count, 30) }
        }
    }

    @Test("activation functions keep their ends", arguments: fastKernelNames)
    func activationEnds(name: String) throws {
        let values: [Float] = [
            0, -0.0, 1e-30, -1e-30, 10, -10, 50, -50, 87, -87, 88.5, -88.5, 104, -104, 1e4, -1e4, 1e9, -1e9,
        ]
        let ones = [Float](repeating: 1, count: values.count)
        for value in values {
            let row = [Float](repeating: value, count: 18)
            try compare(name, row, share: Tolerance.activation, floor: 1) { $0.silu_multiply($1, ones, 18) }
            try compare(name, row, share: Tolerance.activation, floor: 1) { $0.gelu($1, 18) }
            try compare(name, row, share: Tolerance.activation, floor: 1) { $0.gelu_exact($1, 18) }
            try compare(name, row, share: 0) { $0.relu($1, 18) }
            try compare(name, row, share: Tolerance.activation, floor: 50) { $0.soft_cap($1, 18, 50) }
        }
        let table = try kernels(named: name)
        for value in [Float.nan, 1, -1] {
            var row = [Float](repeating: value, count: 17)
            table.gelu(&row, 17)
            #expect(row.allSatisfy { $0.isNaN == value.isNaN })
            row = [Float](repeating: value, count: 17)
            table.gelu_exact(&row, 17)
            #expect(row.allSatisfy { $0.isNaN == value.isNaN })
            row = [Float](repeating: value, count: 17)
            table.relu(&row, 17)
            #expect(row.allSatisfy { $0.isNaN == value.isNaN })
            row = [Float](repeating: value, count: 17)
            table.soft_cap(&row, 17, 30)
            #expect(row.allSatisfy { $0.isNaN == value.isNaN })
        }
    }

    @Test("rotates every pair order and width as the reference does", arguments: fastKernelNames)
    func rotation(name: String) throws {
        for (seed, width) in [2, 6, 16, 40, 64, 66, 80, 96, 128, 130, 256].enumerated() {
            var generator = SeededGenerator(state: UInt64(seed))
            for rotated in Set([2, width / 4 * 2, width]) where rotated > 0 {
                let values = generator.normals(3 * width)
                let cosines = generator.normals(rotated / 2, deviation: 0.5)
                let sines = generator.normals(rotated / 2, deviation: 0.5)
                for interleaved in [false, true] {
                    try compare(name, values) { $0.rope($1, 3, width, rotated, cosines, sines, interleaved) }
                }
            }
        }
    }

    @Test("turns pairs of neighbours, or of halves, and leaves the rest", arguments: ["reference"] + fastKernelNames)
    func rotationByHand(name: String) throws {
        let table = try kernels(named: name)
        var neighbours: [Float] = [1, 2, 3, 4, 5, 6]
        table.rope(&neighbours, 1, 6, 4, [0, 1], [1, 0], true)
        #expect(neighbours == [-2, 1, 3, 4, 5, 6])
        var halves: [Float] = [1, 2, 3, 4, 5, 6]
        table.rope(&halves, 1, 6, 4, [0, 1], [1, 0], false)
        #expect(halves == [-3, 2, 1, 4, 5, 6])
    }

    @Test("reads every byte", arguments: ["reference"] + fastKernelNames)
    func reading(name: String) throws {
        let table = try kernels(named: name)
        for count in awkwardCounts {
            var bytes = [UInt8](repeating: 0, count: count)
            #expect(table.read_bytes(bytes, count) == 0)
            for index in [0, count / 2, count - 1] {
                bytes[index] = 1
                #expect(table.read_bytes(bytes, count) != 0)
                bytes[index] = 0
            }
        }
    }
}
