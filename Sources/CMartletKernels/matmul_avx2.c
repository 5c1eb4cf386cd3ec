/* The matrix product with AVX2: see matmul_vector.h. */
#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include "block_layouts.h"
#include "k_scales.h"
#include "matmul.h"
#include "target_x86.h"

MARTLET_AVX2_FLOAT_BEGIN
#include "vector_avx2.h"

V_INLINE void v_table_nibbles(const uint8_t *source, int8_t *low, int8_t *high) {
    const __m128i table = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m128i packed = _mm_loadu_si128((const __m128i *)(const void *)source), fifteen = _mm_set1_epi8(15);
    const __m128i upper = _mm_and_si128(_mm_srli_epi16(packed, 4), fifteen);
    _mm_storeu_si128((__m128i *)(void *)low, _mm_shuffle_epi8(table, _mm_and_si128(packed, fifteen)));
    _mm_storeu_si128((__m128i *)(void *)high, _mm_shuffle_epi8(table, upper));
}

/* The sources above come first: what follows uses them. */
#include "unpack_row.h"

V_INLINE __m256i v_bytes(const int8_t *p) { return _mm256_loadu_si256((const __m256i *)(const void *)p); }

/*
 * vpmaddubsw multiplies unsigned by signed bytes and saturates sums of two: |w| is at most 128 and |a| at most 127,
 * so a sum is at most 2 * 128 * 127 = 32512 < 32767.
 */
V_INLINE vector v_dot32(const int8_t *w, const int8_t *a) {
    const __m256i weights = v_bytes(w);
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(v_bytes(a), weights));
    return _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

V_INLINE vector v_dot16(const int8_t *w, const int8_t *a) {
    const __m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)w));
    const __m256i inputs = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)a));
    return _mm256_cvtepi32_ps(_mm256_madd_epi16(weights, inputs));
}

V_INLINE vector v_add_minima(const float *minima, const int32_t *biases, size_t count, vector sum) {
    if (count == 8) {
        const __m256i bias = _mm256_loadu_si256((const __m256i *)(const void *)biases);
        return _mm256_fmadd_ps(_mm256_cvtepi32_ps(bias), _mm256_loadu_ps(minima), sum);
    }
    const __m128i bias = _mm_loadu_si128((const __m128i *)(const void *)biases);
    const __m128 product = _mm_mul_ps(_mm_cvtepi32_ps(bias), _mm_loadu_ps(minima));
    return _mm256_add_ps(sum, _mm256_zextps128_ps256(product));
}

#include "matmul_float_vector.h"
/* The source above comes first: what follows uses it. */
#include "matmul_vector.h"
MARTLET_FLOAT_END

#endif
