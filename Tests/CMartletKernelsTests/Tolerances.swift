/// How far the kernels may be from what they are checked against.
enum Tolerance {
    /// Root mean square error of a packed row of normal values, as a share of their standard deviation.
    static let packed: [String: Float] = [
        "F32": 0, "F16": 0.0003, "BF16": 0.002, "Q8_0": 0.006,
        "Q4_0": 0.086, "Q4_1": 0.075, "Q5_0": 0.043, "Q5_1": 0.036,
        "Q2_K": 0.29, "Q3_K": 0.155, "Q4_K": 0.075, "Q5_K": 0.038, "Q6_K": 0.0185,
        "IQ4_NL": 0.078, "IQ4_XS": 0.079,
    ]

    /// Fast operations on rows of floats: difference as a share of the largest magnitude in the result.
    static let rows: Float = 3e-6
    /// Fast activation functions: absolute difference as a share of 1 + the result's magnitude.
    static let activation: Float = 2e-6
    /// Attention: absolute difference from softmax's definition, for values of about 1.
    static let attention: Float = 4e-6
    /// The running maximum, absolute, for scores up to about 10.
    static let attentionMaximum: Float = 4e-6
    /// The running sum, relative.
    static let attentionSums: Float = 4e-6
}
