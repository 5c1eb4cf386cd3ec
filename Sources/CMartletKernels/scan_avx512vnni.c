/* The scan with AVX-512's dot products of bytes: Ice Lake (2019), Zen 4 and later. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "scan.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)

static inline __attribute__((always_inline)) __m512i martlet_scan_quad(const int8_t *part, size_t quad) {
    int32_t four;
    memcpy(&four, part + quad * 4, sizeof four);
    return _mm512_set1_epi32(four);
}

/* Codes at 64-byte borders. The codes' 128 counts 128 times the sum of the query's part too much. */
MARTLET_SCAN_PRODUCTS(avx512vnni) {
    assert(query != NULL && codes != NULL && scales != NULL && products != NULL && (uintptr_t)codes % 64 == 0);
    size_t quads = (width + 3) / 4;
    __m512i high_start = _mm512_set1_epi32(-128 * query->high_sum);
    __m512i low_start = _mm512_set1_epi32(-128 * query->low_sum);
    for (size_t g = 0; g < groups; g++) {
        const uint8_t *group = codes + g * quads * 64;
        __m512i high[2] = {high_start, _mm512_setzero_si512()}, low[2] = {low_start, _mm512_setzero_si512()};
        size_t quad = 0;
        for (; quad + 2 <= quads; quad += 2) {
            for (size_t j = 0; j < 2; j++) {
                __m512i values = _mm512_load_si512(group + (quad + j) * 64);
                high[j] = _mm512_dpbusd_epi32(high[j], values, martlet_scan_quad(query->high, quad + j));
                low[j] = _mm512_dpbusd_epi32(low[j], values, martlet_scan_quad(query->low, quad + j));
            }
        }
        if (quad < quads) {
            __m512i values = _mm512_load_si512(group + quad * 64);
            high[0] = _mm512_dpbusd_epi32(high[0], values, martlet_scan_quad(query->high, quad));
            low[0] = _mm512_dpbusd_epi32(low[0], values, martlet_scan_quad(query->low, quad));
        }
        __m512 upper = _mm512_cvtepi32_ps(_mm512_add_epi32(high[0], high[1]));
        __m512 lower = _mm512_cvtepi32_ps(_mm512_add_epi32(low[0], low[1]));
        __m512 sum = _mm512_add_ps(_mm512_mul_ps(upper, _mm512_set1_ps(128)), lower);
        size_t slot = g * MARTLET_SCAN_LANES;
        _mm512_storeu_ps(products + slot, _mm512_mul_ps(sum, _mm512_loadu_ps(scales + slot)));
    }
}

#pragma clang attribute pop

#endif
