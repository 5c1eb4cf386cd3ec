/* Unpackers of the formats with one scale per 32 values: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL. */
#if defined(__x86_64__)

#include "avx512.h"
#include "block_layouts.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

/* 16 bytes of nibbles -> 32 bytes: low nibbles, then high nibbles. */
MARTLET_INLINE __m256i nibbles(const uint8_t *source) {
    const __m128i packed = _mm_loadu_si128((const __m128i *)(const void *)source);
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(packed), _mm_srli_epi16(packed, 4), 1);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/* Bit i of the 32 at `source` -> 16 in byte i. */
MARTLET_INLINE __m256i fifth_bits(const uint8_t *source) {
    uint32_t bits;
    __builtin_memcpy(&bits, source, sizeof bits);
    return _mm256_maskz_set1_epi8(bits, 16);
}

MARTLET_INLINE float half_at(const martlet_half *source) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(*source)));
}

MARTLET_INLINE void store(struct martlet_unpacked_avx512 *row, size_t block, __m256i values, int8_t zero) {
    _mm256_storeu_si256((__m256i *)(void *)(row->q + block * 32), _mm256_add_epi8(values, _mm256_set1_epi8(zero)));
}

/* zero: what is added to the stored value so that 128 stands for 0. */
#define UNPACKER(NAME, FORMAT, VALUES, ZERO, MINIMUM)                                                                  \
    void martlet_unpack_##NAME##_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {     \
        const struct martlet_block_##NAME *block = blocks;                                                             \
        for (size_t b = 0; b < columns / 32; b++, block++) {                                                           \
            store(row, b, VALUES, (int8_t)(ZERO));                                                                     \
            row->scale[b] = half_at(&block->d);                                                                        \
            MINIMUM;                                                                                                   \
        }                                                                                                              \
    }

#define NO_MINIMUM (void)0
#define ADDED_MINIMUM row->minimum[b] = half_at(&block->m) * (-1.0f / 128)

UNPACKER(q4_0, Q4_0, nibbles(block->qs), 128 - 8, NO_MINIMUM)
UNPACKER(q4_1, Q4_1, nibbles(block->qs), 128, ADDED_MINIMUM)
UNPACKER(q5_0, Q5_0, _mm256_or_si256(nibbles(block->qs), fifth_bits(block->qh)), 128 - 16, NO_MINIMUM)
UNPACKER(q5_1, Q5_1, _mm256_or_si256(nibbles(block->qs), fifth_bits(block->qh)), 128, ADDED_MINIMUM)
UNPACKER(q8_0, Q8_0, _mm256_loadu_si256((const __m256i *)(const void *)block->qs), 128, NO_MINIMUM)

void martlet_unpack_iq4_nl_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row) {
    const struct martlet_block_iq4_nl *block = blocks;
    const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m256i table = _mm256_broadcastsi128_si256(values);
    for (size_t b = 0; b < columns / 32; b++, block++) {
        store(row, b, _mm256_shuffle_epi8(table, nibbles(block->qs)), (int8_t)128);
        row->scale[b] = half_at(&block->d);
    }
}

MARTLET_AVX512_END

#define ROW(NAME, SUB, MINIMUM, LENGTH)                                                                                \
    {martlet_unpack_##NAME##_avx512, SUB, MINIMUM, LENGTH, sizeof(struct martlet_block_##NAME)}

const struct martlet_unpacker_avx512 *martlet_unpacker_avx512_of(enum martlet_format format) {
    static const struct martlet_unpacker_avx512 table[] = {
        [MARTLET_Q4_0] = ROW(q4_0, 32, false, 32),     [MARTLET_Q4_1] = ROW(q4_1, 32, true, 32),
        [MARTLET_Q5_0] = ROW(q5_0, 32, false, 32),     [MARTLET_Q5_1] = ROW(q5_1, 32, true, 32),
        [MARTLET_Q8_0] = ROW(q8_0, 32, false, 32),     [MARTLET_Q2_K] = ROW(q2_k, 16, true, 256),
        [MARTLET_Q3_K] = ROW(q3_k, 16, false, 256),    [MARTLET_Q4_K] = ROW(q4_k, 32, true, 256),
        [MARTLET_Q5_K] = ROW(q5_k, 32, true, 256),     [MARTLET_Q6_K] = ROW(q6_k, 16, false, 256),
        [MARTLET_IQ4_NL] = ROW(iq4_nl, 32, false, 32), [MARTLET_IQ4_XS] = ROW(iq4_xs, 32, false, 256),
    };
    return &table[format];
}

#endif
