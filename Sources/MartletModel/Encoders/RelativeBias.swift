/// What T5 adds to attention's scores for each distance from a query to a key, as rows that a tile of attention reads
/// from its middle on.
struct RelativeBias {
    /// Distances that keep a bucket of their own beyond which they share (T5's `relative_attention_max_distance`).
    private static let maximumDistance = 128

    /// The bucket of a distance, key's position less query's, where both directions have buckets.
    ///
    /// - SeeAlso: Raffel et al. 2020, arXiv:1910.10683, section 2.1.
    static func bucket(distance: Int, bucketCount: Int) -> Int {
        let half = bucketCount / 2
        let exact = half / 2
        let magnitude = abs(distance)
        var bucket = magnitude
        if magnitude >= exact {
            let share = logarithm(Float(magnitude) / Float(exact)) / logarithm(Float(maximumDistance) / Float(exact))
            bucket = min(half - 1, exact + Int(share * Float(half - exact)))
        }
        return distance > 0 ? half + bucket : bucket
    }

    /// The biases of one head for distances -reach...reach.
    static func row(of head: [Float], reach: Int) -> [Float] {
        (-reach...reach).map { head[bucket(distance: $0, bucketCount: head.count)] }
    }
}
