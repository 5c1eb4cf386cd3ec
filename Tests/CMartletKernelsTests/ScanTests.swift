import CMartletKernels
import Testing

@Suite("Scan of codes")
struct ScanTests {
    private static let tables = ["avx2", "avx512vnni", "neon", "neondot"]
    private static let widths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 31, 63, 64, 65, 127, 384, 768, 1025, 4096]

    /// A vector whose values spread over some orders of magnitude.
    private static func vector(_ width: Int, _ generator: inout SeededGenerator) -> [Float] {
        let size = Float.random(in: 0.01...100, using: &generator)
        return (0..<width).map { _ in Float.random(in: -size...size, using: &generator) }
    }

    @Test("gives what the reference gives, bit by bit", arguments: widths)
    func tables(width: Int) throws {
        var generator = SeededGenerator(state: UInt64(width))
        let groups = 3
        let groupBytes = martlet_scan_group_bytes(width)
        let codes = UnsafeMutableRawBufferPointer.allocate(byteCount: groups * groupBytes, alignment: 64)
        defer { codes.deallocate() }
        let first = try #require(codes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        for index in codes.indices { codes[index] = UInt8.random(in: 1...255, using: &generator) }
        let scales = Self.vector(groups * 16, &generator)
        // The extremes of codes and queries meet in one dimension.
        let query = Self.vector(width, &generator) + Array(repeating: 0, count: 3)
        var high = [Int8](repeating: 0, count: width + 3)
        var low = high
        var kernelQuery = martlet_scan_make_query(query, width, &high, &low)
        for index in stride(from: 0, to: width, by: 5) {
            kernelQuery.high_sum += -64 - Int32(high[index])
            high[index] = -64
        }
        func products(_ table: UnsafePointer<martlet_scan_kernels>) -> [Float] {
            var products = [Float](repeating: .nan, count: groups * 16)
            high.withUnsafeBufferPointer { high in
                low.withUnsafeBufferPointer { low in
                    kernelQuery.high = high.baseAddress
                    kernelQuery.low = low.baseAddress
                    table.pointee.products(&kernelQuery, width, first, groups, scales, &products)
                }
            }
            return products
        }
        let expected = products(martlet_scan_kernels_named("reference"))
        #expect(expected.allSatisfy { $0.isFinite })
        for name in Self.tables {
            guard let table = martlet_scan_kernels_named(name) else { continue }
            #expect(products(table) == expected, "\(name)")
        }
    }

    @Test("bounds the true product", arguments: widths)
    func bounds(width: Int) throws {
        var generator = SeededGenerator(state: UInt64(width) + 1)
        let table = try #require(martlet_scan_kernels_best())
        let codes = UnsafeMutableRawBufferPointer.allocate(byteCount: martlet_scan_group_bytes(width), alignment: 64)
        defer { codes.deallocate() }
        let group = try #require(codes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        let vectors = (0..<16).map { _ in Self.vector(width, &generator) }
        let encoded = vectors.enumerated().map { martlet_scan_encode($1, width, group, $0) }
        let query = Self.vector(width, &generator)
        var high = [Int8](repeating: 0, count: (width + 3) / 4 * 4)
        var low = high
        var kernelQuery = martlet_scan_make_query(query, width, &high, &low)
        #expect(high.allSatisfy { (-63...63).contains($0) } && low.allSatisfy { (-64...63).contains($0) })
        var products = [Float](repeating: 0, count: 16)
        high.withUnsafeBufferPointer { high in
            low.withUnsafeBufferPointer { low in
                kernelQuery.high = high.baseAddress
                kernelQuery.low = low.baseAddress
                table.pointee.products(&kernelQuery, width, group, 1, encoded.map(\.scale), &products)
            }
        }
        for (lane, code) in encoded.enumerated() {
            let truth = zip(query, vectors[lane]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let found = Double(products[lane]) * Double(kernelQuery.scale)
            let rounding = 2e-6 * (kernelQuery.norm + kernelQuery.residual)
            let bound =
                kernelQuery.norm * code.residual + (kernelQuery.residual + rounding) * (code.norm + code.residual)
            #expect(abs(truth - found) <= bound)
            // The bound is of use: far smaller than the product can be.
            #expect(bound <= 0.02 * kernelQuery.norm * code.norm)
            #expect(abs(martlet_scan_dot(query, vectors[lane], width) - truth) <= 1e-12 * code.norm * kernelQuery.norm)
        }
    }

    @Test("takes values that are too small for a scale, and none but zeros")
    func smallest() throws {
        let codes = UnsafeMutableRawBufferPointer.allocate(byteCount: martlet_scan_group_bytes(3), alignment: 64)
        defer { codes.deallocate() }
        let group = try #require(codes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        for vector: [Float] in [[0, 0, 0], [.leastNonzeroMagnitude, 0, 0], [1e-31, -1e-35, 0]] {
            let code = martlet_scan_encode(vector, 3, group, 5)
            #expect(code.scale == 0 && code.residual >= code.norm)
        }
        for vector: [Float] in [[.nan, 1, 0], [1, .infinity, 0]] {
            #expect(!martlet_scan_encode(vector, 3, group, 5).norm.isFinite)
        }
    }
}
