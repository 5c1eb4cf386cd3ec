internal import CMartletKernels
internal import MartletCore

/// A query's vector as the scan takes it, with its exact distance from any vector.
struct ScanQuery: Sendable {
    let vector: [Float]
    let distance: VectorDistance
    private let high: [Int8]
    private let low: [Int8]
    private let sums: (high: Int32, low: Int32)
    private let norm: Double
    /// What the scan's products are multiplied with to become scores.
    let scale: Float
    /// How far a score is off for each unit of a vector's ``ScanSegment/errors``.
    let errorFactor: Float
    /// The same for ``ScanSegment/norms``.
    let normFactor: Float

    /// The rounding of a score by float arithmetic, for each unit of a vector's offset.
    static let offsetFactor: Float = 1e-6

    /// Prepares a query, `[width]`: finite, and for the cosine not all zeros.
    init(_ vector: [Float], distance: VectorDistance) {
        self.vector = vector
        self.distance = distance
        var high = [Int8](repeating: 0, count: (vector.count + 3) / 4 * 4)
        var low = high
        let query = martlet_scan_make_query(vector, vector.count, &high, &low)
        self.high = high
        self.low = low
        sums = (query.high_sum, query.low_sum)
        norm = query.norm
        let factor = distance == .cosine ? 1 / query.norm : 1
        scale = Float(Double(query.scale) * factor)
        // <q, x> = <q', x'> + <q, e> + <f, x'> with codes q' = q - f and x' = x - e: off by at most |q||e| + |f||x'|. The
        // products' rounding, the scales' and that of the few sums after them are in units of |q'||x'|.
        let rounding = 2 * MARTLET_SCAN_ROUNDING * (query.norm + query.residual)
        errorFactor = Float(query.norm * factor * (1 + 1e-5)).nextUp
        normFactor = Float((query.residual + rounding) * factor * (1 + 1e-5)).nextUp
    }

    /// Runs `body` with the query in the kernels' form.
    func withKernelQuery<Result>(_ body: (UnsafePointer<martlet_scan_query>) -> Result) -> Result {
        high.withUnsafeBufferPointer { high in
            low.withUnsafeBufferPointer { low in
                var query = martlet_scan_query()
                query.high = high.baseAddress
                query.low = low.baseAddress
                query.high_sum = sums.high
                query.low_sum = sums.low
                return body(&query)
            }
        }
    }

    /// The distance of a vector, `[width]`, in double precision.
    func exactDistance(_ other: UnsafePointer<Float>) -> Double {
        switch distance {
        case .innerProduct: return 1 - martlet_scan_dot(vector, other, vector.count)
        case .squaredEuclidean: return martlet_scan_squared_distance(vector, other, vector.count)
        case .cosine:
            let length = martlet_scan_dot(other, other, vector.count).squareRoot()
            return length > 0 ? 1 - martlet_scan_dot(vector, other, vector.count) / (norm * length) : 1
        }
    }

    /// The least distance that a score of at most `bound` allows.
    func leastDistance(ofBound bound: Float) -> Double {
        // Less than the rounding of the exact distances themselves.
        let slack = 1e-9 * (1 + abs(Double(bound)) + (distance == .squaredEuclidean ? norm * norm : 0))
        return (distance == .squaredEuclidean ? norm * norm : 1) - Double(bound) - slack
    }
}
