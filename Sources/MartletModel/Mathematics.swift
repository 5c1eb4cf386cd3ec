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
