/*
 * Sixteen floats in an AVX-512 register, under the names that the *_vector.h sources use.
 * Included between MARTLET_AVX512_FLOAT_BEGIN and MARTLET_FLOAT_END.
 */
#include "half.h"

#define VECTOR_WIDTH 16
#define VECTOR_NAME(operation) martlet_##operation##_avx512
/* Attention's register tile for many rows: sums of 6 rows x VECTOR_TILE vectors of columns. */
#define VECTOR_TILE 4
/* The same for up to VECTOR_STREAM_LIMIT rows, where the cache is unpacked on the way. */
#define VECTOR_STREAM_ROWS 4
#define VECTOR_STREAM_TILE 4
#define VECTOR_STREAM_LIMIT 8

typedef __m512 vector;

#define V_INLINE static inline __attribute__((always_inline))

V_INLINE vector v_set(float x) { return _mm512_set1_ps(x); }
V_INLINE vector v_load(const float *p) { return _mm512_loadu_ps(p); }
V_INLINE void v_store(float *p, vector x) { _mm512_storeu_ps(p, x); }
/* The first n lanes, 0 < n < VECTOR_WIDTH; the others load as 0. */
V_INLINE vector v_load_partial(const float *p, size_t n) {
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
V_INLINE void v_store_partial(float *p, vector x, size_t n) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x);
}
V_INLINE vector v_add(vector a, vector b) { return _mm512_add_ps(a, b); }
V_INLINE vector v_sub(vector a, vector b) { return _mm512_sub_ps(a, b); }
V_INLINE vector v_mul(vector a, vector b) { return _mm512_mul_ps(a, b); }
V_INLINE vector v_div(vector a, vector b) { return _mm512_div_ps(a, b); }
/* Where b is not a number, so is the result. */
V_INLINE vector v_max(vector a, vector b) { return _mm512_max_ps(a, b); }
V_INLINE vector v_min(vector a, vector b) { return _mm512_min_ps(a, b); }
V_INLINE vector v_abs(vector x) { return _mm512_abs_ps(x); }
/* a * b + c. */
V_INLINE vector v_fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
/* c - a * b. */
V_INLINE vector v_fnma(vector a, vector b, vector c) { return _mm512_fnmadd_ps(a, b, c); }
V_INLINE float v_sum(vector x) { return _mm512_reduce_add_ps(x); }
V_INLINE float v_greatest(vector x) { return _mm512_reduce_max_ps(x); }
V_INLINE float v_first(vector x) { return _mm512_cvtss_f32(x); }
V_INLINE vector v_round(vector x) { return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* x * 2^n for integers n in -126..127. */
V_INLINE vector v_times_power(vector x, vector n) { return _mm512_scalef_ps(x, n); }
/* x where test > limit, else 0. */
V_INLINE vector v_where_above(vector test, float limit, vector x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(test, _mm512_set1_ps(limit), _CMP_NLE_UQ), x);
}
/* x in the lanes whose index i has first <= i + start < last, `other` elsewhere; 0 <= first <= last <= 64. */
V_INLINE vector v_within(vector x, int start, int first, int last, vector other) {
    uint64_t visible = (last >= 64 ? ~0ull : (1ull << last) - 1) & ~(first >= 64 ? ~0ull : (1ull << first) - 1);
    return _mm512_mask_mov_ps(other, (__mmask16)(visible >> start), x);
}
/* A bit for each lane whose magnitude is above `limit`. */
V_INLINE uint32_t v_lanes_above(vector x, float limit) {
    return _mm512_cmp_ps_mask(v_abs(x), _mm512_set1_ps(limit), _CMP_GT_OQ);
}
/* The sums of a, b, c, d to p[0..3]. */
V_INLINE void v_store_sums(float *p, vector a, vector b, vector c, vector d) {
    vector ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    vector cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    vector abcd = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(abcd), _mm512_extractf32x8_ps(abcd, 1));
    _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
}
V_INLINE vector v_load_half(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
V_INLINE void v_store_half(uint16_t *p, vector x) {
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
V_INLINE float v_float_of_half(uint16_t half) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half))); }
V_INLINE vector v_load_int8(const int8_t *p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
/* Rounds to nearest even; |x| <= 127. */
V_INLINE void v_store_int8(int8_t *p, vector x) {
    _mm_storeu_si128((__m128i *)p, _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(x)));
}
V_INLINE vector v_evens(vector a, vector b) {
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
V_INLINE vector v_odds(vector a, vector b) {
    return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}
V_INLINE vector v_zip_low(vector a, vector b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
V_INLINE vector v_zip_high(vector a, vector b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
