// The few functions of the C library that the model needs, by names that can't be mistaken for a target's own.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// x to the power y.
func power(_ x: Float, _ y: Float) -> Float { powf(x, y) }
/// The natural logarithm.
func logarithm(_ x: Float) -> Float { logf(x) }
/// The cosine of an angle in radians.
func cosine(_ x: Float) -> Float { cosf(x) }
/// The sine of an angle in radians.
func sine(_ x: Float) -> Float { sinf(x) }
/// The hyperbolic tangent.
func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }

/// The sum of the products of two vectors of one length, in sixteen partial sums.
func dotProduct(_ left: [Float], _ right: [Float]) -> Float {
    precondition(left.count == right.count, "vectors of one length")
    return left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
            let stride = MemoryLayout<SIMD16<Float>>.stride
            var sums = SIMD16<Float>.zero
            var offset = 0
            while offset + stride <= left.count {
                sums +=
                    left.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
                    * right.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
                offset += stride
            }
            var sum = sums.sum()
            while offset < left.count {
                sum +=
                    left.loadUnaligned(fromByteOffset: offset, as: Float.self)
                    * right.loadUnaligned(fromByteOffset: offset, as: Float.self)
                offset += MemoryLayout<Float>.stride
            }
            return sum
        }
    }
}
