/*
 * Eight floats in an AVX register, under the names that the *_vector.h sources use.
 * Included between MARTLET_AVX2_FLOAT_BEGIN and MARTLET_FLOAT_END.
 */
#include "half.h"

#define VECTOR_WIDTH 8
#define VECTOR_NAME(operation) martlet_##operation##_avx2
/* Attention's register tile for many rows: sums of 6 rows x VECTOR_TILE vectors of columns. */
#define VECTOR_TILE 2
/* The same for up to VECTOR_STREAM_LIMIT rows, where the cache is unpacked on the way. */
#define VECTOR_STREAM_ROWS 2
#define VECTOR_STREAM_TILE 4
#define VECTOR_STREAM_LIMIT 8

typedef __m256 vector;

#define V_INLINE static inline __attribute__((always_inline))

V_INLINE __m256i v_lanes_below(size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
V_INLINE vector v_set(float x) { return _mm256_set1_ps(x); }
V_INLINE vector v_load(const float *p) { return _mm256_loadu_ps(p); }
V_INLINE void v_store(float *p, vector x) { _mm256_storeu_ps(p, x); }
/* The first n lanes, 0 < n < VECTOR_WIDTH; the others load as 0. */
V_INLINE vector v_load_partial(const float *p, size_t n) { return _mm256_maskload_ps(p, v_lanes_below(n)); }
V_INLINE void v_store_partial(float *p, vector x, size_t n) { _mm256_maskstore_ps(p, v_lanes_below(n), x); }
V_INLINE vector v_add(vector a, vector b) { return _mm256_add_ps(a, b); }
V_INLINE vector v_sub(vector a, vector b) { return _mm256_sub_ps(a, b); }
V_INLINE vector v_mul(vector a, vector b) { return _mm256_mul_ps(a, b); }
V_INLINE vector v_div(vector a, vector b) { return _mm256_div_ps(a, b); }
/* Where b is not a number, so is the result. */
V_INLINE vector v_max(vector a, vector b) { return _mm256_max_ps(a, b); }
V_INLINE vector v_min(vector a, vector b) { return _mm256_min_ps(a, b); }
V_INLINE vector v_abs(vector x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x); }
/* a * b + c. */
V_INLINE vector v_fma(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
/* c - a * b. */
V_INLINE vector v_fnma(vector a, vector b, vector c) { return _mm256_fnmadd_ps(a, b, c); }
V_INLINE float v_sum(vector x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
V_INLINE float v_greatest(vector x) {
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}
V_INLINE float v_first(vector x) { return _mm256_cvtss_f32(x); }
V_INLINE vector v_round(vector x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* x * 2^n for integers n in -126..127. */
V_INLINE vector v_times_power(vector x, vector n) {
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(x, _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23)));
}
/* x where test > limit, else 0. */
V_INLINE vector v_where_above(vector test, float limit, vector x) {
    return _mm256_and_ps(_mm256_cmp_ps(test, _mm256_set1_ps(limit), _CMP_NLE_UQ), x);
}
/* x in the lanes whose index i has first <= i + start < last, `other` elsewhere; 0 <= first <= last <= 64. */
V_INLINE vector v_within(vector x, int start, int first, int last, vector other) {
    __m256i index = _mm256_add_epi32(_mm256_set1_epi32(start), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i early = _mm256_cmpgt_epi32(_mm256_set1_epi32(first), index);
    __m256i inside = _mm256_andnot_si256(early, _mm256_cmpgt_epi32(_mm256_set1_epi32(last), index));
    return _mm256_blendv_ps(other, x, _mm256_castsi256_ps(inside));
}
/* A bit for each lane whose magnitude is above `limit`. */
V_INLINE uint32_t v_lanes_above(vector x, float limit) {
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(v_abs(x), _mm256_set1_ps(limit), _CMP_GT_OQ));
}
/* The sums of a, b, c, d to p[0..3]. */
V_INLINE void v_store_sums(float *p, vector a, vector b, vector c, vector d) {
    vector abcd = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(abcd), _mm256_extractf128_ps(abcd, 1)));
}
V_INLINE vector v_load_half(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
V_INLINE void v_store_half(uint16_t *p, vector x) {
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
V_INLINE float v_float_of_half(uint16_t half) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half))); }
V_INLINE vector v_load_int8(const int8_t *p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
/* Rounds to nearest even; |x| <= 127. */
V_INLINE void v_store_int8(int8_t *p, vector x) {
    __m256i whole = _mm256_cvtps_epi32(x);
    __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64((__m128i *)p, _mm_packs_epi16(words, words));
}
V_INLINE vector v_evens(vector a, vector b) { return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14); }
V_INLINE vector v_odds(vector a, vector b) { return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15); }
V_INLINE vector v_zip_low(vector a, vector b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
V_INLINE vector v_zip_high(vector a, vector b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
