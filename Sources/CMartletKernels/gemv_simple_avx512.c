/*
 * Few-token products of the formats with one scale per 32 values: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL.
 *
 * A step is 128 columns: four blocks, one per 128-bit lane, the first 16 values of each in one vector and the last 16
 * in the other.
 */
#if defined(__x86_64__)

#include <string.h>

#include "block_layouts.h"
#include "gemv_avx512.h"

MARTLET_AVX512_BEGIN

enum kind { KIND_Q4_0, KIND_Q4_1, KIND_Q5_0, KIND_Q5_1, KIND_Q8_0, KIND_IQ4_NL };

MARTLET_INLINE size_t block_bytes(const enum kind kind) {
    switch (kind) {
    case KIND_Q4_0:
        return sizeof(struct martlet_block_q4_0);
    case KIND_Q4_1:
        return sizeof(struct martlet_block_q4_1);
    case KIND_Q5_0:
        return sizeof(struct martlet_block_q5_0);
    case KIND_Q5_1:
        return sizeof(struct martlet_block_q5_1);
    case KIND_Q8_0:
        return sizeof(struct martlet_block_q8_0);
    case KIND_IQ4_NL:
        return sizeof(struct martlet_block_iq4_nl);
    }
}

/* What stands for 0 among the unpacked unsigned values. */
MARTLET_INLINE int zero_point(const enum kind kind) {
    switch (kind) {
    case KIND_Q4_0:
        return 8;
    case KIND_Q5_0:
        return 16;
    case KIND_Q4_1:
    case KIND_Q5_1:
        return 0;
    case KIND_Q8_0:
    case KIND_IQ4_NL:
        return 128;
    }
}

/* 16 bytes of each of four blocks. */
MARTLET_INLINE __m512i four_lanes(const uint8_t *source, size_t stride) {
    const __m128i *at = (const __m128i *)(const void *)source;
    __m512i lanes = _mm512_castsi128_si512(_mm_loadu_si128(at));
    at = (const __m128i *)(const void *)(source + stride);
    lanes = _mm512_mask_broadcast_i32x4(lanes, 0x00f0, _mm_loadu_si128(at));
    at = (const __m128i *)(const void *)(source + 2 * stride);
    lanes = _mm512_mask_broadcast_i32x4(lanes, 0x0f00, _mm_loadu_si128(at));
    at = (const __m128i *)(const void *)(source + 3 * stride);
    return _mm512_mask_broadcast_i32x4(lanes, 0xf000, _mm_loadu_si128(at));
}

/* The 16-bit words at `source` of four blocks, the first block's lowest. */
MARTLET_INLINE uint64_t four_words(const uint8_t *source, size_t stride) {
    uint16_t words[4];
    for (size_t i = 0; i < 4; i++) {
        memcpy(&words[i], source + i * stride, sizeof words[i]);
    }
    return words[0] | (uint64_t)words[1] << 16 | (uint64_t)words[2] << 32 | (uint64_t)words[3] << 48;
}

struct weights {
    __m512i first, last; /* the first and the last 16 values of four blocks, unsigned */
    __m128 scale;        /* of the four */
    __m128 minimum;      /* what is added to all values of a block; formats with zero_point 0 */
};

MARTLET_INLINE struct weights unpack(const enum kind kind, const uint8_t *blocks) {
    const size_t stride = block_bytes(kind);
    const __m512i fifteen = _mm512_set1_epi8(15);
    struct weights w;
    w.scale = martlet_floats_of_halves(four_words(blocks, stride));
    w.minimum = _mm_setzero_ps();
    if (kind == KIND_Q8_0) {
        const __m512i sign = _mm512_set1_epi8((char)128);
        w.first = _mm512_xor_si512(four_lanes(blocks + 2, stride), sign);
        w.last = _mm512_xor_si512(four_lanes(blocks + 18, stride), sign);
        return w;
    }
    const __m512i packed = four_lanes(blocks + stride - 16, stride);
    w.first = _mm512_and_si512(packed, fifteen);
    w.last = _mm512_and_si512(_mm512_srli_epi16(packed, 4), fifteen);
    if (kind == KIND_Q4_1 || kind == KIND_Q5_1) {
        w.minimum = martlet_floats_of_halves(four_words(blocks + 2, stride));
    }
    if (kind == KIND_Q5_0 || kind == KIND_Q5_1) {
        const uint8_t *bits = blocks + stride - 20;
        const __m512i sixteen = _mm512_set1_epi8(16);
        w.first = _mm512_or_si512(w.first,
                                  _mm512_maskz_mov_epi8(four_words(bits, stride), sixteen));
        w.last = _mm512_or_si512(w.last, _mm512_maskz_mov_epi8(four_words(bits + 2, stride), sixteen));
    }
    if (kind == KIND_IQ4_NL) {
        const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
        const __m512i table = _mm512_broadcast_i32x4(_mm_xor_si128(values, _mm_set1_epi8((char)128)));
        w.first = _mm512_shuffle_epi8(table, w.first);
        w.last = _mm512_shuffle_epi8(table, w.last);
    }
    return w;
}

struct activations {
    __m512i first, last; /* arranged like the weights */
    __m512i bias;        /* what an accumulator starts with */
    __m128 scale;        /* four times the same */
    __m128 sums;         /* of the four blocks, scaled */
};

MARTLET_INLINE struct activations load_activations(const enum kind kind, const struct martlet_activation_row *row,
                                                   size_t block) {
    const __m512i low = _mm512_load_si512(row->q + block * 128);
    const __m512i high = _mm512_load_si512(row->q + block * 128 + 64);
    struct activations x;
    x.first = _mm512_shuffle_i32x4(low, high, 0x88);
    x.last = _mm512_shuffle_i32x4(low, high, 0xdd);
    x.scale = _mm_set1_ps(row->scale[block]);
    x.bias = _mm512_setzero_si512();
    x.sums = _mm_setzero_ps();
    if (zero_point(kind) != 0) {
        const __m512i zero = _mm512_set1_epi8((char)zero_point(kind));
        x.bias = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(x.bias, zero, x.first), zero, x.last);
        x.bias = _mm512_sub_epi32(_mm512_setzero_si512(), x.bias);
    } else {
        const __m128i bias = _mm_loadu_si128((const __m128i *)(const void *)(row->bias32 + block * 4));
        x.sums = _mm_mul_ps(_mm_cvtepi32_ps(bias), _mm_mul_ps(x.scale, _mm_set1_ps(-1.0f / 128)));
    }
    return x;
}

MARTLET_INLINE void multiply(const enum kind kind, const struct weights *w, const struct activations *x, __m512 *sum,
                             __m128 *minimum) {
    const __m512i product = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(x->bias, w->first, x->first), w->last, x->last);
    const __m512 scale = martlet_spread_lanes(_mm_mul_ps(w->scale, x->scale));
    *sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(product), scale, *sum);
    if (zero_point(kind) == 0) {
        *minimum = _mm_fmadd_ps(w->minimum, x->sums, *minimum);
    }
}

MARTLET_INLINE void body(const int rows, const int tokens, const enum kind kind, const struct martlet_matmul *operation,
                         size_t row, size_t token) {
    const size_t step_bytes = 4 * block_bytes(kind);
    const size_t group_bytes = (size_t)rows * operation->weight_row_bytes;
    const uint8_t *source[4];
    struct martlet_activation_row input[MARTLET_GEMV_TOKENS];
    __m512 sums[4][MARTLET_GEMV_TOKENS];
    __m128 minima[4][MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        input[t] = martlet_gemv_token(operation, token + (size_t)t);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        source[r] = martlet_gemv_row(operation, row + (size_t)r);
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[r][t] = _mm512_setzero_ps();
            minima[r][t] = _mm_setzero_ps();
        }
    }
    const size_t whole = operation->columns / MARTLET_ACTIVATION_BLOCK;
    for (size_t block = 0; block < whole; block++) {
        martlet_prefetch(source[0], group_bytes, block, (size_t)rows * step_bytes);
        struct activations x[MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            x[t] = load_activations(kind, &input[t], block);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const uint8_t *blocks = source[r] + block * step_bytes;
            const struct weights w = unpack(kind, blocks);
#pragma clang loop unroll(full)
            for (int t = 0; t < tokens; t++) {
                multiply(kind, &w, &x[t], &sums[r][t], &minima[r][t]);
            }
        }
    }
    const size_t rest = operation->columns % MARTLET_ACTIVATION_BLOCK / MARTLET_BLOCK;
    if (rest > 0) {
        /* The last one to three blocks, followed by blocks with scale 0. */
        struct activations x[MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            x[t] = load_activations(kind, &input[t], whole);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            uint8_t blocks[4 * sizeof(struct martlet_block_q8_0)] = {0};
            memcpy(blocks, source[r] + whole * step_bytes, rest * block_bytes(kind));
            const struct weights w = unpack(kind, blocks);
#pragma clang loop unroll(full)
            for (int t = 0; t < tokens; t++) {
                multiply(kind, &w, &x[t], &sums[r][t], &minima[r][t]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            const float y = martlet_sum16(sums[r][t]) + martlet_sum4(minima[r][t]);
            martlet_gemv_store(operation, row + (size_t)r, token + (size_t)t, y);
        }
    }
}

MARTLET_GEMV_STEPS(q4_0, body, KIND_Q4_0)
MARTLET_GEMV_STEPS(q4_1, body, KIND_Q4_1)
MARTLET_GEMV_STEPS(q5_0, body, KIND_Q5_0)
MARTLET_GEMV_STEPS(q5_1, body, KIND_Q5_1)
MARTLET_GEMV_STEPS(q8_0, body, KIND_Q8_0)
MARTLET_GEMV_STEPS(iq4_nl, body, KIND_IQ4_NL)

MARTLET_AVX512_END

#endif
