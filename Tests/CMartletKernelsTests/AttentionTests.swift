import CMartletKernels
import Testing

@Suite("Attention and the KV cache")
struct AttentionTests {
    static let allNames = ["reference"] + fastKernelNames
    static let formats: [martlet_kv_format] = [MARTLET_KV_F32, MARTLET_KV_F16, MARTLET_KV_Q8_0]

    /// The output divided by the sums, compared with softmax's definition.
    func check(_ problem: AttentionProblem, by name: String, tileLength: Int = 64) throws {
        let table = try kernels(named: name)
        let (_, sum, output) = problem.solve(by: table, tileLength: tileLength)
        let normalised = output.enumerated().map { $1 / sum[$0 / problem.width] }
        let difference = largestDifference(normalised, problem.definition())
        #expect(difference <= Tolerance.attention, "\(name) \(problem.rows)x\(problem.positions)x\(problem.width)")
    }

    @Test("is the softmax-weighted mean of the visible values, over any tiles", arguments: allNames)
    func definition(name: String) throws {
        var seed: UInt64 = 0
        for format in Self.formats {
            for rows in [1, 2, 3, 4, 5, 7, 8, 9, 24, 25, 66] {
                for (positions, width) in [(1, 64), (3, 160), (63, 96), (64, 128), (65, 64), (150, 64)] {
                    seed += 1
                    let problem = AttentionProblem(
                        format: format,
                        width: width,
                        rows: rows,
                        positions: positions,
                        seed: seed
                    )
                    try check(problem, by: name)
                }
            }
        }
    }

    @Test("takes every head width, also those without a fast way", arguments: allNames)
    func widths(name: String) throws {
        for (seed, width) in [4, 8, 16, 20, 32, 48, 64, 72, 80, 96, 112, 128, 160, 192, 256].enumerated() {
            for (rows, format) in [(1, MARTLET_KV_F16), (6, MARTLET_KV_F32), (13, MARTLET_KV_F16), (1, MARTLET_KV_F32)]
            {
                let problem = AttentionProblem(
                    format: format,
                    width: width,
                    rows: rows,
                    positions: 70,
                    seed: UInt64(seed)
                )
                try check(problem, by: name)
            }
        }
        for width in [32, 64, 96, 128, 160, 256] {
            let problem = AttentionProblem(format: MARTLET_KV_Q8_0, width: width, rows: 11, positions: 70, seed: 5)
            try check(problem, by: name)
        }
    }

    @Test("does not depend on where tiles end", arguments: allNames)
    func tileLengths(name: String) throws {
        for tileLength in [1, 2, 3, 5, 16, 17, 31, 32, 33, 63] {
            for rows in [3, 20] {
                let problem = AttentionProblem(
                    format: MARTLET_KV_F16,
                    width: 64,
                    rows: rows,
                    positions: 77,
                    seed: UInt64(tileLength)
                )
                try check(problem, by: name, tileLength: tileLength)
            }
        }
    }

    @Test("caps scores softly", arguments: allNames)
    func softCap(name: String) throws {
        for rows in [1, 8, 30] {
            let problem = AttentionProblem(
                format: MARTLET_KV_F16,
                width: 128,
                rows: rows,
                positions: 100,
                softCap: 5,
                queryScale: 6,
                seed: 3
            )
            try check(problem, by: name)
        }
    }

    @Test("adds a row's biases to its scores", arguments: allNames)
    func biases(name: String) throws {
        for rows in [1, 2, 5, 8, 9, 40] {
            for (positions, width) in [(7, 64), (64, 32), (130, 64), (65, 24)] {
                let plain = AttentionProblem(
                    format: MARTLET_KV_F32,
                    width: width,
                    rows: rows,
                    positions: positions,
                    softCap: rows == 5 ? 4 : 0,
                    seed: UInt64(rows + positions)
                )
                try check(plain.biased(seed: UInt64(rows)), by: name)
            }
        }
    }

    @Test("stays finite with scores of ten thousand and more", arguments: allNames)
    func extremeScores(name: String) throws {
        for rows in [1, 4, 12] {
            var problem = AttentionProblem(
                format: MARTLET_KV_F16,
                width: 64,
                rows: rows,
                positions: 130,
                queryScale: 10_000,
                seed: 8
            )
            let (maximum, sum, output) = problem.solve(by: try kernels(named: name))
            #expect(largestMagnitude(maximum) > 10_000)
            #expect((maximum + sum + output).allSatisfy { $0.isFinite })
            #expect(sum.allSatisfy { $0 >= 0.999 })
            problem.softCap = 30
            let capped = problem.solve(by: try kernels(named: name))
            #expect((capped.maximum + capped.sum + capped.output).allSatisfy { $0.isFinite })
            #expect(largestMagnitude(capped.maximum) <= 30.001)
        }
    }

    @Test("carries maximum and sum as the reference does", arguments: fastKernelNames)
    func runningSums(name: String) throws {
        for format in Self.formats {
            for rows in [2, 8, 40] {
                let problem = AttentionProblem(format: format, width: 64, rows: rows, positions: 190, seed: 21)
                let expected = problem.solve(by: try kernels(named: "reference"))
                let found = problem.solve(by: try kernels(named: name))
                for row in 0..<rows {
                    #expect(abs(found.maximum[row] - expected.maximum[row]) <= Tolerance.attentionMaximum)
                    let bound = Tolerance.attentionSums * expected.sum[row]
                    #expect(abs(found.sum[row] - expected.sum[row]) <= bound)
                }
            }
        }
    }

    @Test("leaves rows alone that see nothing of a tile", arguments: allNames)
    func hiddenTiles(name: String) throws {
        for rows in [1, 5, 20] {
            var problem = AttentionProblem(format: MARTLET_KV_F16, width: 64, rows: rows, positions: 64, seed: 2)
            problem.visible = [Range<Int>](repeating: 40..<40, count: rows)
            let (maximum, sum, output) = problem.solve(by: try kernels(named: name))
            #expect(maximum.allSatisfy { $0 == -.infinity })
            #expect(sum.allSatisfy { $0 == 0 } && output.allSatisfy { $0 == 0 })
        }
    }

    @Test("writes the cache's rows bit for bit as the reference does", arguments: fastKernelNames)
    func storing(name: String) throws {
        for format in Self.formats {
            for (seed, deviation) in [Float(1), 1e-6, 1e-9, 3e4, 1e8].enumerated() {
                let problem = AttentionProblem(format: format, width: 96, rows: 1, positions: 9, seed: UInt64(seed))
                let values = problem.keys.map { $0 * deviation }
                let expected = problem.stored(values, by: try kernels(named: "reference"))
                #expect(problem.stored(values, by: try kernels(named: name)) == expected)
                #expect(problem.read(expected).allSatisfy { $0.isFinite })
            }
        }
        for format in [MARTLET_KV_F16, MARTLET_KV_F32] {
            let odd = AttentionProblem(format: format, width: 13, rows: 1, positions: 5, seed: 1)
            let expected = odd.stored(odd.keys, by: try kernels(named: "reference"))
            #expect(odd.stored(odd.keys, by: try kernels(named: name)) == expected)
        }
    }
}
