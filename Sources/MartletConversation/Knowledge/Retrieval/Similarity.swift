/// How alike vectors are.
enum Similarity {
    /// The cosine of two vectors of one width; 0 where there is none.
    static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        guard left.count == right.count else { return 0 }
        var product: Float = 0
        var leftSquare: Float = 0
        var rightSquare: Float = 0
        for index in left.indices {
            product += left[index] * right[index]
            leftSquare += left[index] * left[index]
            rightSquare += right[index] * right[index]
        }
        let scale = (leftSquare * rightSquare).squareRoot()
        return scale > 0 ? Double(product / scale) : 0
    }
}
