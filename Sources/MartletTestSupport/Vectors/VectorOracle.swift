import MartletCore

/// The nearest of records by brute force in double precision.
struct VectorOracle {
    let records: [VectorRecord]
    let distance: VectorDistance

    /// The distances of all records, nearest first.
    func ranking(for query: [Float]) -> [(id: String, distance: Double)] {
        records.map { ($0.id, measure(query, $0.vector)) }.sorted { $0.distance < $1.distance }
    }

    /// Compares matches with brute force: as many, each at its distance, and none nearer left out.
    func compare(
        _ matches: [VectorMatch],
        with query: [Float],
        count: Int,
        in place: String,
        _ findings: inout Findings
    ) {
        let ranking = ranking(for: query)
        findings.expect(matches.count, min(count, ranking.count), "matches in \(place)")
        findings.expect(Set(matches.map(\.record.id)).count, matches.count, "different matches in \(place)")
        let distances = Dictionary(ranking.map { ($0.id, $0.distance) }) { first, _ in first }
        for (match, expected) in zip(matches, ranking) {
            let tolerance = 1e-4 * (1 + abs(expected.distance))
            let own = distances[match.record.id] ?? .infinity
            let said = match.distance.map { Double($0) } ?? .infinity
            if abs(own - expected.distance) > tolerance || abs(said - own) > tolerance {
                findings.expect("\(match.record.id) at \(said)", "\(expected)", "a match in \(place)")
            }
        }
    }

    private func measure(_ x: [Float], _ y: [Float]) -> Double {
        func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return switch distance {
        case .cosine: 1 - dot(x, y) / (dot(x, x) * dot(y, y)).squareRoot()
        case .innerProduct: 1 - dot(x, y)
        case .squaredEuclidean:
            zip(x, y).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
        }
    }
}
