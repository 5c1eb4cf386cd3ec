/*
 * Few-token products of IQ4_XS: super-blocks of 256 values, a table of 16 and a 6-bit scale per 32.
 *
 * A step is one super-block, in halves of four groups, one per 128-bit lane, as the simple formats have it.
 */
#if defined(__x86_64__)

#include <string.h>

#include "block_layouts.h"
#include "gemv_avx512.h"

MARTLET_AVX512_BEGIN

struct activations {
    __m512i q[4]; /* per half: the first 16 values of each group, the last 16 */
    __m512i bias[2];
    __m128 scale[2];
};

MARTLET_INLINE void load_activations(const struct martlet_activation_row *row, size_t block, struct activations *x) {
    const __m512i zero = _mm512_set1_epi8((char)128);
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
        const __m512i low = _mm512_load_si512(row->q + block * 256 + half * 128);
        const __m512i high = _mm512_load_si512(row->q + block * 256 + half * 128 + 64);
        const __m512i first = _mm512_shuffle_i32x4(low, high, 0x88);
        const __m512i last = _mm512_shuffle_i32x4(low, high, 0xdd);
        const __m512i sums = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(_mm512_setzero_si512(), zero, first), zero, last);
        x->q[2 * half] = first;
        x->q[2 * half + 1] = last;
        x->bias[half] = _mm512_sub_epi32(_mm512_setzero_si512(), sums);
        x->scale[half] = _mm_set1_ps(row->scale[block * 2 + half]);
    }
}

/* The scales of the eight groups times d. */
MARTLET_INLINE __m256 group_scales(const struct martlet_block_iq4_xs *block) {
    uint32_t packed;
    memcpy(&packed, block->scales_l, sizeof packed);
    const __m128i even = _mm_cvtsi32_si128((int)(packed & 0x0f0f0f0f));
    const __m128i odd = _mm_cvtsi32_si128((int)(packed >> 4 & 0x0f0f0f0f));
    const __m256i low = _mm256_cvtepu8_epi32(_mm_unpacklo_epi8(even, odd));
    const __m256i shifts = _mm256_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14);
    const __m256i high = _mm256_srlv_epi32(_mm256_set1_epi32(block->scales_h), shifts);
    const __m256i upper = _mm256_slli_epi32(_mm256_and_si256(high, _mm256_set1_epi32(3)), 4);
    const __m256i scales = _mm256_sub_epi32(_mm256_or_si256(low, upper), _mm256_set1_epi32(32));
    const __m256 d = _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(block->d)));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(scales), d);
}

MARTLET_INLINE void body(const int rows, const int tokens, const int kind, const struct martlet_matmul *operation,
                         size_t row, size_t token) {
    (void)kind;
    const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m512i table = _mm512_broadcast_i32x4(_mm_xor_si128(values, _mm_set1_epi8((char)128)));
    const __m512i fifteen = _mm512_set1_epi8(15);
    const size_t group_bytes = (size_t)rows * operation->weight_row_bytes;
    const struct martlet_block_iq4_xs *source[4];
    struct martlet_activation_row input[MARTLET_GEMV_TOKENS];
    __m512 sums[4][MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        input[t] = martlet_gemv_token(operation, token + (size_t)t);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        source[r] = (const void *)martlet_gemv_row(operation, row + (size_t)r);
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[r][t] = _mm512_setzero_ps();
        }
    }
    const size_t blocks = operation->columns / MARTLET_SUPER_BLOCK;
    for (size_t block = 0; block < blocks; block++) {
        const size_t step_bytes = (size_t)rows * sizeof(struct martlet_block_iq4_xs);
        martlet_prefetch(source[0], group_bytes, block, step_bytes);
        struct activations x[MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            load_activations(&input[t], block, &x[t]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const struct martlet_block_iq4_xs *at = source[r] + block;
            const __m256 scales = group_scales(at);
#pragma clang loop unroll(full)
            for (int half = 0; half < 2; half++) {
                const __m512i packed = _mm512_loadu_si512(at->qs + half * 64);
                const __m512i low = _mm512_shuffle_epi8(table, _mm512_and_si512(packed, fifteen));
                const __m512i high = _mm512_and_si512(_mm512_srli_epi16(packed, 4), fifteen);
                const __m512i upper = _mm512_shuffle_epi8(table, high);
                const __m128 four = half == 0 ? _mm256_castps256_ps128(scales) : _mm256_extractf128_ps(scales, 1);
#pragma clang loop unroll(full)
                for (int t = 0; t < tokens; t++) {
                    const __m512i part = _mm512_dpbusd_epi32(x[t].bias[half], low, x[t].q[2 * half]);
                    const __m512i product = _mm512_dpbusd_epi32(part, upper, x[t].q[2 * half + 1]);
                    const __m512 scale = martlet_spread_lanes(_mm_mul_ps(four, x[t].scale[half]));
                    sums[r][t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, sums[r][t]);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            martlet_gemv_store(operation, row + (size_t)r, token + (size_t)t, martlet_sum16(sums[r][t]));
        }
    }
}

MARTLET_GEMV_STEPS(iq4_xs, body, 0)

MARTLET_AVX512_END

#endif
