import MartletCore

extension VectorDistance {
    /// How far two vectors of the same width are from each other.
    ///
    /// - Complexity: O(width); sums in double precision.
    func between(_ first: [Float], _ second: [Float]) -> Float {
        precondition(first.count == second.count, "vectors of different widths")
        func dot(_ x: [Float], _ y: [Float]) -> Double {
            var sum = 0.0
            for index in x.indices { sum += Double(x[index]) * Double(y[index]) }
            return sum
        }
        switch self {
        case .cosine:
            let norms = (dot(first, first) * dot(second, second)).squareRoot()
            return norms > 0 ? Float(1 - dot(first, second) / norms) : 1
        case .innerProduct: return Float(1 - dot(first, second))
        case .squaredEuclidean:
            let differences = zip(first, second).map { $0 - $1 }
            return Float(dot(differences, differences))
        }
    }
}

extension VectorRecord {
    /// The record with nothing but the fields that are asked for.
    func keeping(_ fields: VectorFields) -> VectorRecord {
        VectorRecord(
            id: id,
            vector: fields.contains(.vector) ? vector : [],
            text: fields.contains(.text) ? text : nil,
            metadata: fields.contains(.metadata) ? metadata : [:]
        )
    }
}
