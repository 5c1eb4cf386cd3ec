import CMartletKernels
import Testing

/// A fast product sums the same integers as the reference and rounds floats in another order.
///
/// In units of the sum of the terms' magnitudes.
private let summationTolerance = 4e-6
/// What int8 activations may cost where all are of one size: root mean square of the errors over that of the results.
private let activationTolerance = 0.01

@Suite("Matrix products")
struct MatmulTests {
    static let quantized = allFormats.filter { martlet_activation_kind_of($0) == MARTLET_ACTIVATION_Q8 }
    static let tokenCounts = [1, 2, 3, 4, 5, 8, 9, 13, 16, 17, 33]

    /// Widths that end within activation blocks, panels' slices or nowhere special.
    static func widths(of format: martlet_format) -> [Int] {
        martlet_format_traits_of(format.rawValue).pointee.block_length == 256
            ? [256, 768, 5632] : [32, 64, 96, 288, 896, 4160]
    }

    @Test("the reference multiplies dequantised weights", arguments: allFormats)
    func reference(format: martlet_format) throws {
        let table = try #require(martlet_kernels_named("reference")).pointee
        let product = MatmulProduct(format, columns: 768, rows: 33, tokens: 5, outlier: 1)
        let (values, magnitudes) = product.exact()
        let output = product.run(table)
        if product.isQuantized {
            var errors = 0.0
            var squares = 0.0
            for (y, exact) in zip(output, values) {
                errors += (Double(y) - exact) * (Double(y) - exact)
                squares += exact * exact
            }
            #expect((errors / squares).squareRoot() < activationTolerance)
        } else {
            for (index, y) in output.enumerated() {
                #expect(abs(Double(y) - values[index]) <= 1e-7 * magnitudes[index])
            }
        }
    }

    @Test(
        "every table agrees with the reference on every format",
        arguments: allFormats,
        allTables
    )
    func agreement(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for columns in Self.widths(of: format) {
            for tokens in columns > 1000 ? [1, 2, 3, 9] : Self.tokenCounts {
                let rows = columns > 1000 ? 35 : [1, 31, 45, 64][tokens % 4]
                try expectAgreement(MatmulProduct(format, columns: columns, rows: rows, tokens: tokens), table)
            }
        }
    }

    @Test(
        "the largest weights and activations overflow nothing",
        arguments: quantized,
        allTables
    )
    func saturation(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for (byte, sign) in [(0xff, 1), (0x00, 1), (0xff, -1), (0x80, -1), (0x7f, 1), (0x80, 1)] as [(UInt8, Float)] {
            for tokens in [1, 2, 3, 4, 7] {
                var product = MatmulProduct(format, columns: 512, rows: 33, tokens: tokens)
                for index in product.weights.indices { product.weights[index] = byte }
                product.setScales(0x3c00)
                for index in product.activations.indices { product.activations[index] = sign * 3.5 }
                try expectAgreement(product, table)
            }
        }
    }

    @Test(
        "scales from the smallest to the largest half survive",
        arguments: quantized,
        allTables
    )
    func scales(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for bits in [0x0001, 0x8001, 0x03ff, 0x7bff, 0xfbff, 0x0000] as [UInt16] {
            for tokens in [1, 9] {
                var product = MatmulProduct(format, columns: 512, rows: 5, tokens: tokens)
                product.setScales(bits)
                try expectAgreement(product, table)
            }
        }
    }

    @Test(
        "blocks of very different activations keep their precision",
        arguments: quantized,
        allTables
    )
    func outliers(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for tokens in [1, 4, 8] {
            var product = MatmulProduct(format, columns: 1024, rows: 6, tokens: tokens)
            let factors: [Float] = [1, 1e-9, 0, 1000, 1e-4, 0, 1, 1e9]
            for index in product.activations.indices {
                product.activations[index] *= factors[index % 1024 / 128]
            }
            try expectAgreement(product, table)
        }
    }

    @Test("weights that were unpacked before give the same product", arguments: quantized, allTables)
    func unpacked(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for columns in Self.widths(of: format) {
            for tokens in columns > 1000 ? [2, 3, 9] : Self.tokenCounts {
                let rows = columns > 1000 ? 35 : [1, 31, 45, 64][tokens % 4]
                let product = MatmulProduct(format, columns: columns, rows: rows, tokens: tokens)
                let expected = product.run(table)
                let found = product.run(table, padding: 5, unpacks: true)
                // The same tiles from here on; below, blocks may be summed in another order.
                let isExact = tokens > 4
                let (_, magnitudes) = product.exact()
                for index in expected.indices {
                    let value = found[index / rows * (rows + 5) + index % rows]
                    let limit = isExact ? 0 : summationTolerance * magnitudes[index]
                    #expect(abs(Double(value) - Double(expected[index])) <= limit)
                }
            }
        }
    }

    @Test("activations of zero give zero", arguments: allFormats, allTables)
    func zeros(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for tokens in [1, 2, 3, 4, 12] {
            var product = MatmulProduct(format, columns: 512, rows: 40, tokens: tokens)
            for index in product.activations.indices { product.activations[index] = 0 }
            #expect(product.run(table).allSatisfy { $0 == 0 })
        }
    }

    @Test("a NaN spoils its own token only", arguments: quantized, allTables)
    func notANumber(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for bad in [Float.nan, .infinity, -.infinity] {
            for tokens in [2, 7] {
                var product = MatmulProduct(format, columns: 512, rows: 33, tokens: tokens)
                product.activations[512 + 77] = bad
                let output = product.run(table)
                for (index, y) in output.enumerated() {
                    #expect(y.isNaN == (index / 33 == 1))
                }
            }
        }
    }

    @Test("nothing is written beyond the rows", arguments: allFormats, allTables)
    func strides(format: martlet_format, name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        for tokens in [1, 2, 3, 4, 7] {
            let product = MatmulProduct(format, columns: 256, rows: 37, tokens: tokens)
            let padded = product.run(table, padding: 11)
            let dense = product.run(table)
            for token in 0..<tokens {
                #expect(padded[token * 48..<token * 48 + 37].elementsEqual(dense[token * 37..<token * 37 + 37]))
                #expect(padded[token * 48 + 37..<token * 48 + 48].allSatisfy { $0 == 12345 })
            }
        }
    }

    @Test("every table writes the reference's activation rows", arguments: allTables)
    func activations(name: String) throws {
        let table = try #require(martlet_kernels_named(name)).pointee
        let reference = try #require(martlet_kernels_named("reference")).pointee
        for columns in [32, 96, 128, 288, 896, 2048] {
            for factor in [1, 0, 1e-35, 1e-28, 1e30] as [Float] {
                var product = MatmulProduct(MARTLET_Q8_0, columns: columns, rows: 1, tokens: 3)
                for index in product.activations.indices {
                    product.activations[index] *= index % 1024 < 256 ? factor : factor * 1e-8
                }
                #expect(product.activationRows(table).bytes == product.activationRows(reference).bytes)
            }
        }
    }

    private func expectAgreement(_ product: MatmulProduct, _ table: martlet_kernels) throws {
        let reference = try #require(martlet_kernels_named("reference")).pointee
        let expected = product.run(reference)
        let output = product.run(table)
        let (_, magnitudes) = product.exact()
        var worst = 0.0
        for (index, y) in output.enumerated() {
            let error = abs(Double(y) - Double(expected[index]))
            worst = max(worst, error.isNaN ? .infinity : error / max(magnitudes[index], 1e-30))
        }
        #expect(worst <= summationTolerance, "\(product.columns) x \(product.rows) x \(product.tokens)")
    }
}
