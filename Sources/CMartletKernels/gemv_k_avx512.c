/*
 * Few-token products of the formats with super-blocks of 256 values and integer scales: Q2_K to Q6_K.
 *
 * A step is one super-block, in halves of 128 values because those share an activation scale. Products of 4 values fit
 * 16 bits (the largest, Q6_K's, is 32 * 127 * 4 = 16256), so two vectors of them are packed into one and multiplied by
 * the 6- or 8-bit scales as integers: one conversion to float per 128 values.
 */
#if defined(__x86_64__)

#include "block_layouts.h"
#include "gemv_avx512.h"
#include "k_scales.h"

MARTLET_AVX512_BEGIN

enum kind { KIND_Q2_K, KIND_Q3_K, KIND_Q4_K, KIND_Q5_K, KIND_Q6_K };

MARTLET_INLINE size_t block_bytes(const enum kind kind) {
    switch (kind) {
    case KIND_Q2_K:
        return sizeof(struct martlet_block_q2_k);
    case KIND_Q3_K:
        return sizeof(struct martlet_block_q3_k);
    case KIND_Q4_K:
        return sizeof(struct martlet_block_q4_k);
    case KIND_Q5_K:
        return sizeof(struct martlet_block_q5_k);
    case KIND_Q6_K:
        return sizeof(struct martlet_block_q6_k);
    }
}

/* What stands for 0 among the unpacked unsigned values; formats with 0 here have minima instead. */
MARTLET_INLINE int zero_point(const enum kind kind) {
    return kind == KIND_Q3_K ? 4 : kind == KIND_Q6_K ? 32 : 0;
}

/*
 * Q4_K and Q5_K keep values 32 apart in a byte's nibbles, so their vectors hold groups of 32 in the order
 * (0, 2), (1, 3); the others' hold 64 values as they come.
 */
MARTLET_INLINE bool is_paired(const enum kind kind) {
    return kind == KIND_Q4_K || kind == KIND_Q5_K;
}

struct activations {
    __m512i q[4];     /* two vectors for each half, arranged like the weights */
    __m512i bias[4];  /* what the accumulators start with */
    __m512 scale[2];
    __m512i sums;     /* 16-bit sums of q over groups: Q2_K's 16; Q4_K's and Q5_K's 8 in each 128-bit lane */
    __m512 sum_scale; /* what the products of minima with pairs of those sums are multiplied with, negative */
};

MARTLET_INLINE void load_activations(const enum kind kind, const struct martlet_activation_row *row, size_t block,
                                     struct activations *x) {
#pragma clang loop unroll(full)
    for (size_t half = 0; half < 2; half++) {
        const __m512i low = _mm512_load_si512(row->q + block * 256 + half * 128);
        const __m512i high = _mm512_load_si512(row->q + block * 256 + half * 128 + 64);
        x->q[2 * half] = is_paired(kind) ? _mm512_shuffle_i32x4(low, high, 0x44) : low;
        x->q[2 * half + 1] = is_paired(kind) ? _mm512_shuffle_i32x4(low, high, 0xee) : high;
        x->scale[half] = _mm512_set1_ps(row->scale[block * 2 + half]);
    }
    const __m512i zero = _mm512_set1_epi8((char)zero_point(kind));
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        const __m512i nothing = _mm512_setzero_si512();
        x->bias[i] = zero_point(kind) == 0
                         ? nothing
                         : _mm512_sub_epi32(nothing, _mm512_dpbusd_epi32(nothing, zero, x->q[i]));
    }
    const float s0 = -row->scale[block * 2], s1 = -row->scale[block * 2 + 1];
    if (kind == KIND_Q2_K) {
        const __m256i sums = _mm256_loadu_si256((const __m256i *)(const void *)(row->sum16 + block * 16));
        x->sums = _mm512_zextsi256_si512(sums);
        x->sum_scale = _mm512_zextps256_ps512(_mm256_setr_ps(s0, s0, s0, s0, s1, s1, s1, s1));
    } else if (is_paired(kind)) {
        /* bias32 = -128 * sum, and sums of 32 values fit 16 bits. */
        const __m256i bias = _mm256_loadu_si256((const __m256i *)(const void *)(row->bias32 + block * 8));
        const __m256i sums = _mm256_srai_epi32(_mm256_sub_epi32(_mm256_setzero_si256(), bias), 7);
        x->sums = _mm512_broadcast_i32x4(_mm256_cvtepi32_epi16(sums));
        x->sum_scale = _mm512_broadcast_f32x4(_mm_setr_ps(s0, s0, s1, s1));
    }
}

/* The 128 values of one half as two vectors of unsigned bytes. */
MARTLET_INLINE void unpack_half(const enum kind kind, const uint8_t *source, const size_t half, __m512i values[2]) {
    const __m512i fifteen = _mm512_set1_epi8(15);
    if (kind == KIND_Q2_K || kind == KIND_Q3_K) {
        const uint8_t *qs = kind == KIND_Q2_K ? ((const struct martlet_block_q2_k *)(const void *)source)->qs
                                              : ((const struct martlet_block_q3_k *)(const void *)source)->qs;
        const __m256i packed = _mm256_loadu_si256((const __m256i *)(const void *)(qs + half * 32));
        const __m512i spread = _mm512_inserti64x4(_mm512_castsi256_si512(packed), _mm256_srli_epi16(packed, 2), 1);
        const __m512i three = _mm512_set1_epi8(3);
        values[0] = _mm512_and_si512(spread, three);
        values[1] = _mm512_and_si512(_mm512_srli_epi16(spread, 4), three);
        if (kind == KIND_Q3_K) {
            const struct martlet_block_q3_k *block = (const void *)source;
            const __m256i bits = _mm256_loadu_si256((const __m256i *)(const void *)block->hmask);
            const __m512i mask = _mm512_broadcast_i64x4(bits);
            /* Bit 4 * half + j belongs to run j of 32. */
            const __m512i moved = half == 0 ? mask : _mm512_srli_epi16(mask, 4);
            const __m512i first = _mm512_inserti64x4(_mm512_set1_epi8(1), _mm256_set1_epi8(2), 1);
            const __m512i second = _mm512_inserti64x4(_mm512_set1_epi8(4), _mm256_set1_epi8(8), 1);
            const __m512i four = _mm512_set1_epi8(4);
            values[0] = _mm512_or_si512(values[0],
                                        _mm512_maskz_mov_epi8(_mm512_test_epi8_mask(moved, first), four));
            values[1] = _mm512_or_si512(values[1], _mm512_maskz_mov_epi8(_mm512_test_epi8_mask(moved, second), four));
        }
        return;
    }
    if (is_paired(kind)) {
        const uint8_t *qs = kind == KIND_Q4_K ? ((const struct martlet_block_q4_k *)(const void *)source)->qs
                                              : ((const struct martlet_block_q5_k *)(const void *)source)->qs;
        const __m512i packed = _mm512_loadu_si512(qs + half * 64);
        values[0] = _mm512_and_si512(packed, fifteen);
        values[1] = _mm512_and_si512(_mm512_srli_epi16(packed, 4), fifteen);
        if (kind == KIND_Q5_K) {
            const struct martlet_block_q5_k *block = (const void *)source;
            const __m512i fifth = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(const void *)block->qh));
            const __m512i moved = half == 0 ? fifth : _mm512_srli_epi16(fifth, 4);
            const __m512i first = _mm512_inserti64x4(_mm512_set1_epi8(1), _mm256_set1_epi8(4), 1);
            const __m512i second = _mm512_inserti64x4(_mm512_set1_epi8(2), _mm256_set1_epi8(8), 1);
            const __m512i sixteen = _mm512_set1_epi8(16);
            const __mmask64 bits0 = _mm512_test_epi8_mask(moved, first), bits1 = _mm512_test_epi8_mask(moved, second);
            values[0] = _mm512_or_si512(values[0], _mm512_maskz_mov_epi8(bits0, sixteen));
            values[1] = _mm512_or_si512(values[1], _mm512_maskz_mov_epi8(bits1, sixteen));
        }
        return;
    }
    const struct martlet_block_q6_k *block = (const void *)source;
    const __m512i packed = _mm512_loadu_si512(block->ql + half * 64);
    const __m256i upper = _mm256_loadu_si256((const __m256i *)(const void *)(block->qh + half * 32));
    const __m512i spread = _mm512_inserti64x4(_mm512_castsi256_si512(upper), _mm256_srli_epi16(upper, 2), 1);
    const __m512i two = _mm512_set1_epi8(0x30);
    const __m512i low = _mm512_and_si512(packed, fifteen);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(packed, 4), fifteen);
    values[0] = _mm512_or_si512(low, _mm512_and_si512(_mm512_slli_epi16(spread, 4), two));
    values[1] = _mm512_or_si512(high, _mm512_and_si512(spread, two));
}

struct scales {
    __m512i groups[2]; /* per half: 16-bit scales arranged like packed products */
    __m512 d;
    __m256i minima; /* 16-bit; Q2_K */
    __m256 dmin;
};

MARTLET_INLINE __m128i bytes_at(const void *source) {
    return _mm_loadu_si128((const __m128i *)source);
}

/* Which group's scale belongs to a packed product of the first half, in 16-bit positions. */
MARTLET_INLINE __m512i group_positions(const enum kind kind) {
    return is_paired(kind) ? _mm512_setr_epi64(0x0000000000000000, 0x0001000100010001, 0x0000000000000000,
                                               0x0001000100010001, 0x0002000200020002, 0x0003000300030003,
                                               0x0002000200020002, 0x0003000300030003)
                           : _mm512_setr_epi64(0x0000000000000000, 0x0004000400040004, 0x0001000100010001,
                                               0x0005000500050005, 0x0002000200020002, 0x0006000600060006,
                                               0x0003000300030003, 0x0007000700070007);
}

/* The scales of one row's block: Q2_K, Q3_K, Q6_K. */
MARTLET_INLINE struct scales load_scales(const enum kind kind, const uint8_t *source) {
    struct scales scales;
    __m256i words;
    martlet_half d, dmin = 0;
    scales.minima = _mm256_setzero_si256();
    if (kind == KIND_Q2_K) {
        const struct martlet_block_q2_k *block = (const void *)source;
        const __m128i packed = bytes_at(block->scales);
        const __m128i fifteen = _mm_set1_epi8(15);
        words = _mm256_cvtepu8_epi16(_mm_and_si128(packed, fifteen));
        scales.minima = _mm256_cvtepu8_epi16(_mm_and_si128(_mm_srli_epi16(packed, 4), fifteen));
        d = block->d;
        dmin = block->dmin;
    } else if (kind == KIND_Q3_K) {
        const struct martlet_block_q3_k *block = (const void *)source;
        uint32_t bytes[4];
        martlet_q3_k_scales(block->scales, bytes);
        words = _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes_at(bytes)), _mm256_set1_epi16(32));
        d = block->d;
    } else {
        const struct martlet_block_q6_k *block = (const void *)source;
        words = _mm256_cvtepi8_epi16(bytes_at(block->scales));
        d = block->d;
    }
    const __m512i wide = _mm512_castsi256_si512(words), position = group_positions(kind);
    scales.groups[0] = _mm512_permutexvar_epi16(position, wide);
    scales.groups[1] = _mm512_permutexvar_epi16(_mm512_add_epi16(position, _mm512_set1_epi16(8)), wide);
    scales.d = _mm512_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(d)));
    scales.dmin = _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(dmin)));
    return scales;
}

/* The headers of up to four rows' Q4_K or Q5_K blocks, one row in each 128-bit lane. */
struct headers {
    __m512i bytes; /* 8 scales, 8 minima */
    __m256 halves; /* d and dmin of the first row, of the second, ... */
};

MARTLET_INLINE struct headers load_headers(const int rows, const uint8_t *const source[4], size_t offset) {
    __m512i x = _mm512_castsi128_si512(bytes_at(source[0] + offset));
    x = _mm512_mask_broadcast_i32x4(x, 0x00f0, bytes_at(source[1] + offset));
    if (rows == 4) {
        x = _mm512_mask_broadcast_i32x4(x, 0x0f00, bytes_at(source[2] + offset));
        x = _mm512_mask_broadcast_i32x4(x, 0xf000, bytes_at(source[3] + offset));
    }
    /* Words of a lane: d and dmin, then a, b, c; martlet_q4_k_scales has the bits. Here: a, c, b, c; and -, a, -, b. */
    const __m512i direct = _mm512_shuffle_epi32(x, 0xed), upper = _mm512_shuffle_epi32(x, 0xa5);
    const __m512i shifts = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 0, 0, 4));
    const __m512i low_bits = _mm512_broadcast_i32x4(_mm_setr_epi32(0x3f3f3f3f, 0x0f0f0f0f, 0x3f3f3f3f, 0x0f0f0f0f));
    const __m512i high_bits = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 0x30303030, 0, 0x30303030));
    struct headers headers;
    headers.bytes = _mm512_or_si512(_mm512_and_si512(_mm512_srlv_epi32(direct, shifts), low_bits),
                                    _mm512_and_si512(_mm512_srli_epi32(upper, 2), high_bits));
    const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    headers.halves = _mm256_cvtph_ps(_mm512_castsi512_si128(_mm512_permutexvar_epi32(firsts, x)));
    return headers;
}

/* The scales of row r (a constant) among them. */
MARTLET_INLINE struct scales scales_of_row(const enum kind kind, const struct headers *headers, const int r) {
    const __mmask64 low_bytes = 0x5555555555555555;
    const __m512i first = _mm512_add_epi16(group_positions(kind), _mm512_set1_epi16((short)(16 * r)));
    const __m512i second = _mm512_add_epi16(first, _mm512_set1_epi16(4));
    struct scales scales;
    scales.groups[0] = _mm512_maskz_permutexvar_epi8(low_bytes, first, headers->bytes);
    scales.groups[1] = _mm512_maskz_permutexvar_epi8(low_bytes, second, headers->bytes);
    scales.d = _mm512_permutexvar_ps(_mm512_set1_epi32(2 * r), _mm512_castps256_ps512(headers->halves));
    scales.minima = _mm256_setzero_si256();
    scales.dmin = _mm256_setzero_ps();
    return scales;
}

/* sum + what the minima of all rows take away, one row in each 128-bit lane. */
MARTLET_INLINE __m512 add_minima(const struct headers *headers, const struct activations *x, __m512 sum) {
    const __m512i minima = _mm512_unpackhi_epi8(headers->bytes, _mm512_setzero_si512());
    const __m512 products = _mm512_cvtepi32_ps(_mm512_madd_epi16(minima, x->sums));
    const __m512i places = _mm512_setr_epi32(1, 1, 1, 1, 3, 3, 3, 3, 5, 5, 5, 5, 7, 7, 7, 7);
    const __m512 dmin = _mm512_permutexvar_ps(places, _mm512_castps256_ps512(headers->halves));
    return _mm512_fmadd_ps(_mm512_mul_ps(products, x->sum_scale), dmin, sum);
}

/* sum += the block's products and, of Q2_K, minus what its minima take away. */
MARTLET_INLINE void multiply(const enum kind kind, const __m512i values[4], const struct scales *scales,
                             const struct activations *x, __m512 *sum) {
    __m512 halves[2];
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
        const int i = half * 2;
        const __m512i first = _mm512_dpbusd_epi32(x->bias[i], values[i], x->q[i]);
        const __m512i second = _mm512_dpbusd_epi32(x->bias[i + 1], values[i + 1], x->q[i + 1]);
        const __m512i products = _mm512_madd_epi16(_mm512_packs_epi32(first, second), scales->groups[half]);
        halves[half] = _mm512_mul_ps(_mm512_cvtepi32_ps(products), x->scale[half]);
    }
    *sum = _mm512_fmadd_ps(_mm512_add_ps(halves[0], halves[1]), scales->d, *sum);
    if (kind == KIND_Q2_K) {
        const __m256i sums = _mm512_castsi512_si256(x->sums);
        const __m256 products = _mm256_cvtepi32_ps(_mm256_madd_epi16(scales->minima, sums));
        const __m256 scaled = _mm256_mul_ps(products, _mm512_castps512_ps256(x->sum_scale));
        *sum = _mm512_fmadd_ps(_mm512_zextps256_ps512(scaled), _mm512_zextps256_ps512(scales->dmin), *sum);
    }
}

MARTLET_INLINE void body(const int rows, const int tokens, const enum kind kind, const struct martlet_matmul *operation,
                         size_t row, size_t token) {
    const size_t group_bytes = (size_t)rows * operation->weight_row_bytes;
    const uint8_t *source[4];
    struct martlet_activation_row input[MARTLET_GEMV_TOKENS];
    __m512 sums[4][MARTLET_GEMV_TOKENS];
    __m512 minima[MARTLET_GEMV_TOKENS]; /* of Q4_K and Q5_K: one row in each 128-bit lane */
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        input[t] = martlet_gemv_token(operation, token + (size_t)t);
        minima[t] = _mm512_setzero_ps();
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        source[r] = martlet_gemv_row(operation, row + (size_t)r);
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[r][t] = _mm512_setzero_ps();
        }
    }
    const size_t blocks = operation->columns / MARTLET_SUPER_BLOCK;
    for (size_t block = 0; block < blocks; block++) {
        martlet_prefetch(source[0], group_bytes, block, (size_t)rows * block_bytes(kind));
        struct activations x[MARTLET_GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            load_activations(kind, &input[t], block, &x[t]);
        }
        struct headers headers;
        if (is_paired(kind)) {
            headers = load_headers(rows, source, block * block_bytes(kind));
#pragma clang loop unroll(full)
            for (int t = 0; t < tokens; t++) {
                minima[t] = add_minima(&headers, &x[t], minima[t]);
            }
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const uint8_t *at = source[r] + block * block_bytes(kind);
            const struct scales scales = is_paired(kind) ? scales_of_row(kind, &headers, r) : load_scales(kind, at);
            __m512i values[4];
            unpack_half(kind, at, 0, values);
            unpack_half(kind, at, 1, values + 2);
#pragma clang loop unroll(full)
            for (int t = 0; t < tokens; t++) {
                multiply(kind, values, &scales, &x[t], &sums[r][t]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            const __m512 lane = _mm512_maskz_mov_ps((__mmask16)(0xf << (4 * r)), minima[t]);
            const float y = martlet_sum16(_mm512_add_ps(sums[r][t], lane));
            martlet_gemv_store(operation, row + (size_t)r, token + (size_t)t, y);
        }
    }
}

MARTLET_GEMV_STEPS(q2_k, body, KIND_Q2_K)
MARTLET_GEMV_STEPS(q3_k, body, KIND_Q3_K)
MARTLET_GEMV_STEPS(q4_k, body, KIND_Q4_K)
MARTLET_GEMV_STEPS(q5_k, body, KIND_Q5_K)
MARTLET_GEMV_STEPS(q6_k, body, KIND_Q6_K)

MARTLET_AVX512_END

#endif
