/* Unpackers of the formats with super-blocks of 256 values: Q2_K to Q6_K and IQ4_XS. */
#if defined(__x86_64__)

#include "avx512.h"
#include "block_layouts.h"
#include "k_scales.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

MARTLET_INLINE __m512i load(const void *source) {
    return _mm512_loadu_si512(source);
}

MARTLET_INLINE float half_at(const martlet_half *source) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(*source)));
}

/* Bits [shift, shift + count) of every byte. */
MARTLET_INLINE __m512i bits(__m512i source, int shift, int count) {
    return _mm512_and_si512(_mm512_srli_epi16(source, (unsigned)shift), _mm512_set1_epi8((char)((1 << count) - 1)));
}

/* Halves of 32 bytes: [a low, b low] and [a high, b high]. */
MARTLET_INLINE __m512i low_halves(__m512i a, __m512i b) {
    return _mm512_shuffle_i64x2(a, b, 0x44);
}

MARTLET_INLINE __m512i high_halves(__m512i a, __m512i b) {
    return _mm512_shuffle_i64x2(a, b, 0xee);
}

MARTLET_INLINE void store(struct martlet_unpacked_avx512 *row, size_t start, __m512i values, int8_t zero) {
    _mm512_storeu_si512(row->q + start, _mm512_add_epi8(values, _mm512_set1_epi8(zero)));
}

/* 16 signed or unsigned bytes times a factor -> floats. */
MARTLET_INLINE void store_scaled(__m512i values, float factor, float *destination) {
    _mm512_storeu_ps(destination, _mm512_mul_ps(_mm512_cvtepi32_ps(values), _mm512_set1_ps(factor)));
}

MARTLET_INLINE void store_scales_and_minima(const uint8_t scales[12], const martlet_half *d, const martlet_half *dmin,
                                            struct martlet_unpacked_avx512 *row) {
    uint32_t bytes[4];
    martlet_q4_k_scales(scales, bytes);
    const __m128i packed = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(packed));
    const __m256 low = _mm512_castps512_ps256(values);
    const __m256 high = _mm512_extractf32x8_ps(values, 1);
    _mm256_storeu_ps(row->scale, _mm256_mul_ps(low, _mm256_set1_ps(half_at(d))));
    _mm256_storeu_ps(row->minimum, _mm256_mul_ps(high, _mm256_set1_ps(half_at(dmin) * (1.0f / 128))));
}

void martlet_unpack_q2_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_q2_k *block = blocks;
    const __m512i packed = load(block->qs);
    const __m512i q0 = bits(packed, 0, 2), q1 = bits(packed, 2, 2), q2 = bits(packed, 4, 2), q3 = bits(packed, 6, 2);
    store(row, 0, low_halves(q0, q1), (int8_t)128);
    store(row, 64, low_halves(q2, q3), (int8_t)128);
    store(row, 128, high_halves(q0, q1), (int8_t)128);
    store(row, 192, high_halves(q2, q3), (int8_t)128);
    const __m512i scales = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)block->scales));
    store_scaled(_mm512_and_si512(scales, _mm512_set1_epi32(15)), half_at(&block->d), row->scale);
    store_scaled(_mm512_srli_epi32(scales, 4), half_at(&block->dmin) * (1.0f / 128), row->minimum);
}

void martlet_unpack_q3_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_q3_k *block = blocks;
    const __m512i packed = load(block->qs);
    const __m512i q0 = bits(packed, 0, 2), q1 = bits(packed, 2, 2), q2 = bits(packed, 4, 2), q3 = bits(packed, 6, 2);
    const __m512i mask = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(const void *)block->hmask));
    /* Halves of each pair: bit j in the low 32 bytes, bit j + 1 in the high. */
    const __m512i third = _mm512_set1_epi8(4);
#define HIGH(J)                                                                                                        \
    _mm512_maskz_mov_epi8(                                                                                             \
        _mm512_test_epi8_mask(mask, _mm512_inserti64x4(_mm512_set1_epi8((char)(1 << (J))),                             \
                                                       _mm256_set1_epi8((char)(1 << ((J) + 1))), 1)),                  \
        third)
    store(row, 0, _mm512_or_si512(low_halves(q0, q1), HIGH(0)), 128 - 4);
    store(row, 64, _mm512_or_si512(low_halves(q2, q3), HIGH(2)), 128 - 4);
    store(row, 128, _mm512_or_si512(high_halves(q0, q1), HIGH(4)), 128 - 4);
    store(row, 192, _mm512_or_si512(high_halves(q2, q3), HIGH(6)), 128 - 4);
#undef HIGH
    uint32_t bytes[4];
    martlet_q3_k_scales(block->scales, bytes);
    const __m128i scales = _mm_loadu_si128((const __m128i *)(const void *)bytes);
    const __m512i centred = _mm512_cvtepi8_epi32(_mm_sub_epi8(scales, _mm_set1_epi8(32)));
    store_scaled(centred, half_at(&block->d), row->scale);
}

void martlet_unpack_q4_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_q4_k *block = blocks;
    for (size_t half = 0; half < 2; half++) {
        const __m512i packed = load(block->qs + half * 64);
        const __m512i low = bits(packed, 0, 4), high = bits(packed, 4, 4);
        store(row, half * 128, low_halves(low, high), (int8_t)128);
        store(row, half * 128 + 64, high_halves(low, high), (int8_t)128);
    }
    store_scales_and_minima(block->scales, &block->d, &block->dmin, row);
}

void martlet_unpack_q5_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_q5_k *block = blocks;
    const __m512i fifth = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(const void *)block->qh));
    for (size_t half = 0; half < 2; half++) {
        const __m512i packed = load(block->qs + half * 64);
        const __m512i low = bits(packed, 0, 4), high = bits(packed, 4, 4);
        /* Groups 4 * half + (0, 1), then + (2, 3); the first of a pair in the low 32 bytes. */
        const __m512i shifted = half == 0 ? fifth : _mm512_srli_epi16(fifth, 4);
        const __m512i first = _mm512_inserti64x4(_mm512_set1_epi8(1), _mm256_set1_epi8(2), 1);
        const __m512i second = _mm512_inserti64x4(_mm512_set1_epi8(4), _mm256_set1_epi8(8), 1);
        const __m512i bit = _mm512_set1_epi8(16);
        const __m512i bit01 = _mm512_maskz_mov_epi8(_mm512_test_epi8_mask(shifted, first), bit);
        const __m512i bit23 = _mm512_maskz_mov_epi8(_mm512_test_epi8_mask(shifted, second), bit);
        store(row, half * 128, _mm512_or_si512(low_halves(low, high), bit01), (int8_t)128);
        store(row, half * 128 + 64, _mm512_or_si512(high_halves(low, high), bit23), (int8_t)128);
    }
    store_scales_and_minima(block->scales, &block->d, &block->dmin, row);
}

void martlet_unpack_q6_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_q6_k *block = blocks;
    for (size_t half = 0; half < 2; half++) {
        const __m512i packed = load(block->ql + half * 64);
        const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(block->qh + half * 32));
        /* Bits 0-1 and 2-3 for the low nibbles, 4-5 and 6-7 for the high, moved to bits 4-5. */
        const __m512i spread = _mm512_inserti64x4(_mm512_castsi256_si512(high), _mm256_srli_epi16(high, 2), 1);
        const __m512i two = _mm512_set1_epi8(0x30);
        const __m512i low = _mm512_or_si512(bits(packed, 0, 4), _mm512_and_si512(_mm512_slli_epi16(spread, 4), two));
        const __m512i upper = _mm512_or_si512(bits(packed, 4, 4), _mm512_and_si512(spread, two));
        store(row, half * 128, low, 128 - 32);
        store(row, half * 128 + 64, upper, 128 - 32);
    }
    const __m128i scales = _mm_loadu_si128((const __m128i *)(const void *)block->scales);
    store_scaled(_mm512_cvtepi8_epi32(scales), half_at(&block->d), row->scale);
}

void martlet_unpack_iq4_xs_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    (void)columns;
    const struct martlet_block_iq4_xs *block = blocks;
    const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m512i table = _mm512_broadcast_i32x4(values);
    for (size_t half = 0; half < 2; half++) {
        const __m512i packed = load(block->qs + half * 64);
        const __m512i low = _mm512_shuffle_epi8(table, bits(packed, 0, 4));
        const __m512i high = _mm512_shuffle_epi8(table, bits(packed, 4, 4));
        /* Lanes of 16: low 0, high 0, low 1, high 1 and the same of groups 2 and 3. */
        const __m512i first = _mm512_shuffle_i32x4(low, high, 0x44);
        const __m512i second = _mm512_shuffle_i32x4(low, high, 0xee);
        store(row, half * 128, _mm512_shuffle_i32x4(first, first, 0xd8), (int8_t)128);
        store(row, half * 128 + 64, _mm512_shuffle_i32x4(second, second, 0xd8), (int8_t)128);
    }
    for (int g = 0; g < 8; g++) {
        row->scale[g] = half_at(&block->d) * (float)(martlet_unpack_iq4_xs_scale(block, g) - 32);
    }
}

MARTLET_AVX512_END

#endif
