/* The scan with AVX2: Haswell (2013), Zen 1 and later. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "scan.h"
#include "target_x86.h"

MARTLET_AVX2_FLOAT_BEGIN

/* sum += the products of four codes with four values of the query's part, for 8 vectors; two of them fit 16 bits. */
static inline __attribute__((always_inline)) __m256i martlet_scan_add(__m256i sum, __m256i values, const int8_t *part) {
    int32_t four;
    memcpy(&four, part, sizeof four);
    __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(four));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* Codes at 64-byte borders. The codes' 128 counts 128 times the sum of the query's part too much. */
MARTLET_SCAN_PRODUCTS(avx2) {
    assert(query != NULL && codes != NULL && scales != NULL && products != NULL && (uintptr_t)codes % 64 == 0);
    size_t quads = (width + 3) / 4;
    for (size_t g = 0; g < groups; g++) {
        const uint8_t *group = codes + g * quads * 64;
        __m256i high[2], low[2];
        for (size_t half = 0; half < 2; half++) {
            high[half] = _mm256_set1_epi32(-128 * query->high_sum);
            low[half] = _mm256_set1_epi32(-128 * query->low_sum);
        }
        for (size_t quad = 0; quad < quads; quad++) {
            for (size_t half = 0; half < 2; half++) {
                __m256i values = _mm256_load_si256((const __m256i *)(group + quad * 64 + half * 32));
                high[half] = martlet_scan_add(high[half], values, query->high + quad * 4);
                low[half] = martlet_scan_add(low[half], values, query->low + quad * 4);
            }
        }
        for (size_t half = 0; half < 2; half++) {
            size_t slot = g * MARTLET_SCAN_LANES + half * 8;
            __m256 upper = _mm256_mul_ps(_mm256_cvtepi32_ps(high[half]), _mm256_set1_ps(128));
            __m256 sum = _mm256_add_ps(upper, _mm256_cvtepi32_ps(low[half]));
            _mm256_storeu_ps(products + slot, _mm256_mul_ps(sum, _mm256_loadu_ps(scales + slot)));
        }
    }
}

MARTLET_FLOAT_END

#endif
