/* exp and its kin on vectors; included after one of vector_{avx2,avx512,neon}.h. */

/*
 * e^x to 2 units in the last place on -87.3..88.3; 0 below, e^88.3 above, not-a-number for itself.
 * The polynomial is Cephes's expf (Moshier, netlib.org/cephes).
 */
V_INLINE vector v_exp(vector x) {
    vector clamped = v_max(v_set(-87.3f), v_min(v_set(88.3f), x));
    vector n = v_round(v_mul(clamped, v_set(1.44269504f)));
    vector r = v_fnma(n, v_set(0.693359375f), clamped); /* ln 2 in two parts, the first exact in few bits */
    r = v_fnma(n, v_set(-2.12194440e-4f), r);
    vector p = v_fma(v_set(1.9875691500e-4f), r, v_set(1.3981999507e-3f));
    p = v_fma(p, r, v_set(8.3334519073e-3f));
    p = v_fma(p, r, v_set(4.1665795894e-2f));
    p = v_fma(p, r, v_set(1.6666665459e-1f));
    p = v_fma(p, r, v_set(5.0000001201e-1f));
    p = v_add(v_fma(p, v_mul(r, r), r), v_set(1));
    return v_where_above(x, -87.3f, v_times_power(p, n));
}

/* x / (1 + e^-x). */
V_INLINE vector v_silu(vector x) {
    return v_div(x, v_add(v_set(1), v_exp(v_sub(v_set(0), x))));
}

/* x / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3): gelu's tanh form without the cancellation at its left. */
V_INLINE vector v_gelu(vector x) {
    vector cubic = v_fma(v_mul(x, x), v_set(0.044715f), v_set(1));
    vector u = v_mul(v_mul(x, v_set(-2 * 0.79788456f)), cubic);
    return v_div(x, v_add(v_set(1), v_exp(u)));
}

/* tanh x = 1 - 2 / (1 + e^2x), to 2e-7 absolutely. */
V_INLINE vector v_tanh(vector x) {
    vector exponential = v_exp(v_add(x, x));
    return v_sub(v_set(1), v_div(v_set(2), v_add(v_set(1), exponential)));
}

/*
 * x/2 erfc(-x / sqrt(2)) = max(x, 0) - |x|/2 erfc(|x| / sqrt(2)): no cancellation on either side.
 * erfc is Abramowitz and Stegun's 7.1.26, to 1.5e-7.
 */
V_INLINE vector v_gelu_exact(vector x) {
    vector magnitude = v_abs(x);
    vector z = v_mul(magnitude, v_set(0.70710678f));
    vector t = v_div(v_set(1), v_fma(z, v_set(0.3275911f), v_set(1)));
    vector p = v_fma(v_set(1.061405429f), t, v_set(-1.453152027f));
    p = v_fma(p, t, v_set(1.421413741f));
    p = v_fma(p, t, v_set(-0.284496736f));
    p = v_fma(p, t, v_set(0.254829592f));
    vector tail = v_mul(v_mul(p, t), v_exp(v_sub(v_set(0), v_mul(z, z))));
    return v_fnma(v_mul(magnitude, v_set(0.5f)), tail, v_max(v_set(0), x));
}
