import CMartletKernels
import Testing

/// As for all products: the integers are the reference's, floats are rounded in another order.
///
/// An outlier adds three roundings of 2^-24 of its term, which lie well below. In units of the sum of the terms' magnitudes.
private let summationTolerance = 4e-6

@Suite("Outliers of activation rows")
struct OutlierTests {
    static let quantized = allFormats.filter { martlet_activation_kind_of($0) == MARTLET_ACTIVATION_Q8 }

    // MARK: Taking them out

    /// Rows whose largest values lie at ends, are equal, or aren't there.
    static let rows: [[Float]] = {
        var generator = SeededGenerator(state: 5)
        var rows: [[Float]] = []
        for count in awkwardCounts {
            rows.append(generator.normals(count))
            // One value far above the others, and one just above and just below the limit.
            for factor in [9, 2.0001, 2] as [Float] {
                var row = (0..<count).map { $0 % 2 == 0 ? Float(1) : -1 }
                row[count / 2] = -factor
                rows.append(row)
            }
            for places in [[0], [count - 1], [0, count - 1], [count / 2, count / 2 + 1], [0, 1, count - 1]] {
                var row = generator.normals(count)
                for place in places where place < count { row[place] = place % 2 == 0 ? 30 : -30 }
                rows.append(row)
            }
            rows.append([Float](repeating: -3, count: count))
            rows.append((0..<count).map { $0 % 3 == 1 ? 0 : -0.0 })
            rows.append((0..<count).map { $0 == count / 3 ? -1e-30 : 0 })
        }
        return rows
    }()

    @Test("what exceeds twice the next largest magnitude leaves a row", arguments: allTables)
    func taken(name: String) throws {
        let table = try kernels(named: name)
        for row in Self.rows {
            let magnitudes = row.map(abs).sorted(by: >) + [0]
            let next = magnitudes[min(Int(MARTLET_OUTLIERS), row.count)]
            let expected = row.indices.filter { abs(row[$0]) > Float(MARTLET_OUTLIER_FACTOR) * next }
            var left = row + [12_345]
            var outliers = [martlet_outlier](repeating: martlet_outlier(), count: Int(MARTLET_OUTLIERS))
            #expect(table.take_outliers(&left, row.count, &outliers) == expected.count)
            #expect(outliers.prefix(expected.count).map { Int($0.column) } == expected, "\(row.count) values")
            #expect(outliers.prefix(expected.count).allSatisfy { $0.value == row[Int($0.column)] })
            #expect(outliers.dropFirst(expected.count).allSatisfy { $0.column == 0 && $0.value == 0 })
            for index in row.indices {
                #expect(left[index].bitPattern == (expected.contains(index) ? 0 : row[index].bitPattern))
            }
            #expect(left.last == 12_345)
        }
    }

    @Test("rows that aren't finite lose nothing that can't be put back", arguments: allTables)
    func notFinite(name: String) throws {
        let table = try kernels(named: name)
        for bad in [Float.nan, -.nan, .infinity, -.infinity] {
            for place in [0, 7, 16, 31, 32, 63] {
                for other in [Float.nan, .infinity, 1] {
                    var row = (0..<64).map { Float($0) - 20 }
                    row[place] = bad
                    row[(place + 16) % 64] = other
                    var left = row
                    var outliers = [martlet_outlier](repeating: martlet_outlier(), count: Int(MARTLET_OUTLIERS))
                    let count = table.take_outliers(&left, 64, &outliers)
                    #expect(count <= Int(MARTLET_OUTLIERS))
                    for outlier in outliers.prefix(count) { left[Int(outlier.column)] = outlier.value }
                    for outlier in outliers.dropFirst(count) { #expect(outlier.column == 0 && outlier.value == 0) }
                    #expect(left.map(\.bitPattern) == row.map(\.bitPattern))
                }
            }
        }
    }

    // MARK: Rows

    @Test("every table writes the reference's rows and residues", arguments: allTables)
    func activations(name: String) throws {
        let table = try kernels(named: name)
        let reference = try kernels(named: "reference")
        for columns in [32, 96, 128, 288, 896, 2048] {
            for factor in [1, 0, 1e-35, 1e-28, 1e30] as [Float] {
                var product = MatmulProduct(MARTLET_Q8_0, columns: columns, rows: 1, tokens: 3)
                for index in product.activations.indices {
                    product.activations[index] *= index % 1024 < 256 ? factor : factor * 1e-8
                }
                let found = product.activationRows(table, input: .fine)
                let expected = product.activationRows(reference, input: .fine)
                #expect(found.bytes == expected.bytes)
                #expect(found.residues == expected.residues)
            }
        }
    }

    // MARK: Products

    @Test("every table agrees with the reference on every format", arguments: quantized, allTables)
    func agreement(format: martlet_format, name: String) throws {
        let table = try kernels(named: name)
        for columns in MatmulTests.widths(of: format) {
            for tokens in columns > 1000 ? [1, 3, 9] : MatmulTests.tokenCounts {
                let rows = columns > 1000 ? 35 : [1, 31, 45, 64][tokens % 4]
                let product = planted(format, columns: columns, rows: rows, tokens: tokens)
                for input in [MatmulProduct.Input.apart, .fine] {
                    try expectAgreement(product, table, input: input)
                    try expectAgreement(product, table, input: input, unpacks: true)
                }
            }
        }
    }

    @Test("rows that are all equal, all zero or nothing but outliers", arguments: quantized, allTables)
    func degenerate(format: martlet_format, name: String) throws {
        let table = try kernels(named: name)
        for tokens in [1, 6] {
            for input in [MatmulProduct.Input.apart, .fine] {
                var product = MatmulProduct(format, columns: 768, rows: 37, tokens: tokens)
                for index in product.activations.indices { product.activations[index] = -3.5 }
                try expectAgreement(product, table, input: input)
                for index in product.activations.indices { product.activations[index] = index % 768 == 700 ? 1e6 : 0 }
                try expectAgreement(product, table, input: input)
                for index in product.activations.indices { product.activations[index] = 0 }
                #expect(product.run(table, input: input).allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("a NaN spoils its own token only", arguments: quantized, allTables)
    func notANumber(format: martlet_format, name: String) throws {
        let table = try kernels(named: name)
        for bad in [Float.nan, .infinity, -.infinity] {
            for input in [MatmulProduct.Input.apart, .fine] {
                var product = MatmulProduct(format, columns: 512, rows: 33, tokens: 7)
                product.activations[512 + 77] = bad
                for (index, y) in product.run(table, input: input).enumerated() {
                    #expect(y.isNaN == (index / 33 == 1))
                }
            }
        }
    }

    @Test("nothing is written beyond the rows", arguments: quantized, allTables)
    func strides(format: martlet_format, name: String) throws {
        let table = try kernels(named: name)
        for tokens in [1, 7] {
            let product = planted(format, columns: 256, rows: 37, tokens: tokens)
            let padded = product.run(table, padding: 11, input: .fine)
            let dense = product.run(table, input: .fine)
            for token in 0..<tokens {
                #expect(padded[token * 48..<token * 48 + 37].elementsEqual(dense[token * 37..<token * 37 + 37]))
                #expect(padded[token * 48 + 37..<token * 48 + 48].allSatisfy { $0 == 12345 })
            }
        }
    }

    // MARK: What they are for

    @Test("values beside large ones keep their precision", arguments: quantized, allTables)
    func precision(format: martlet_format, name: String) throws {
        let table = try kernels(named: name)
        let product = planted(format, columns: 768, rows: 64, tokens: 8)
        // The large values' own terms are left out of the measure: without them the row is one of normal size.
        var small = product
        for index in small.activations.indices where abs(small.activations[index]) > 1 { small.activations[index] = 0 }
        let exact = product.exact().values
        let size = rootMeanSquare(small.exact().values)
        let errors = MatmulProduct.Input.allCases.map { input in
            rootMeanSquare(zip(product.run(table, input: input), exact).map { Double($0) - $1 }) / size
        }
        // A uniform error of half a step, 1/254 of the largest value 1, beside values of size 1/sqrt(3) is 0.004 of
        // them; twice that is left for three blocks in six that hold no outlier. A scale of 30 makes it thirty times.
        #expect(errors[1] < 0.008)
        #expect(errors[0] > 10 * errors[1])
        // 1/254 of the step before, and the floats' own roundings.
        #expect(errors[2] < 0.0001)
    }

    /// A random product with two values of 30 in each row, at ends of the row, of blocks and of slices.
    private func planted(_ format: martlet_format, columns: Int, rows: Int, tokens: Int) -> MatmulProduct {
        var product = MatmulProduct(format, columns: columns, rows: rows, tokens: tokens, outlier: 1)
        let places = [0, columns - 1, 511, 512, 2047, 2048, 31, 32, 127, 128, columns / 2, 13].filter { $0 < columns }
        for token in 0..<tokens {
            for i in 0..<2 {
                let place = places[(2 * token + i) % places.count]
                product.activations[token * columns + place] = i == 0 ? 30 : -28
            }
        }
        return product
    }

    private func rootMeanSquare(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }

    private func expectAgreement(
        _ product: MatmulProduct,
        _ table: martlet_kernels,
        input: MatmulProduct.Input,
        unpacks: Bool = false
    ) throws {
        let expected = product.run(try kernels(named: "reference"), input: input)
        let output = product.run(table, unpacks: unpacks, input: input)
        let (_, magnitudes) = product.exact()
        var worst = 0.0
        for (index, y) in output.enumerated() {
            let error = abs(Double(y) - Double(expected[index]))
            worst = max(worst, error.isNaN ? .infinity : error / max(magnitudes[index], 1e-30))
        }
        #expect(worst <= summationTolerance, "\(product.columns) x \(product.rows) x \(product.tokens), \(input)")
    }
}
