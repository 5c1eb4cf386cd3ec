/*
 * Weight blocks -> bytes and scales, for the AVX-512 matrix product.
 *
 *   w[k] = scale[k / sub] * (q[k] - 128) - 128 * minimum[k / sub], sub = 16 or 32
 *
 * The minimum is kept over 128 because its factor, the sum of a group's activations, is kept times -128.
 * Sixteen rows are unpacked together: the same 16 bytes of each row's block are loaded and transposed while still
 * packed, so that shifts and masks work on the bits of sixteen rows at once.
 */
#ifndef MARTLET_UNPACK_AVX512_H
#define MARTLET_UNPACK_AVX512_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "avx512.h"
#include "martlet_formats.h"

/* Where sixteen rows go: a half of a panel of 32 rows. */
struct martlet_unpacked_avx512 {
    uint8_t *q;     /* 4 columns of 16 rows every 128 bytes; unsigned: 128 stands for 0 */
    float *scale;   /* 16 rows' scales every 32 floats */
    float *minimum; /* the same, for formats with minima */
};

struct martlet_unpacker_avx512 {
    /* `rows`: the first block of each of sixteen rows. `columns`: a multiple of the block length. */
    void (*unpack)(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel);
    uint16_t sub; /* values per scale: 16 or 32 */
    bool has_minimum;
};

extern const struct martlet_unpacker_avx512 martlet_unpacker_q4_0_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q4_1_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q5_0_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q5_1_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q8_0_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_iq4_nl_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q2_k_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q3_k_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q4_k_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q5_k_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_q6_k_avx512;
extern const struct martlet_unpacker_avx512 martlet_unpacker_iq4_xs_avx512;

MARTLET_AVX512_BEGIN

/* Bytes [offset, offset + 16) of sixteen rows -> four vectors, each with one 32-bit word of every row. */
MARTLET_INLINE void martlet_gather_rows(const uint8_t *const rows[16], size_t offset, __m512i words[4]) {
    __m512i x[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        /* Lane l: row 4l + i. */
        const __m128i *second = (const __m128i *)(const void *)(rows[4 + i] + offset);
        const __m128i *third = (const __m128i *)(const void *)(rows[8 + i] + offset);
        const __m128i *fourth = (const __m128i *)(const void *)(rows[12 + i] + offset);
        x[i] = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)(rows[i] + offset)));
        x[i] = _mm512_mask_broadcast_i32x4(x[i], 0x00f0, _mm_loadu_si128(second));
        x[i] = _mm512_mask_broadcast_i32x4(x[i], 0x0f00, _mm_loadu_si128(third));
        x[i] = _mm512_mask_broadcast_i32x4(x[i], 0xf000, _mm_loadu_si128(fourth));
    }
    const __m512i low01 = _mm512_unpacklo_epi32(x[0], x[1]), low23 = _mm512_unpacklo_epi32(x[2], x[3]);
    const __m512i high01 = _mm512_unpackhi_epi32(x[0], x[1]), high23 = _mm512_unpackhi_epi32(x[2], x[3]);
    words[0] = _mm512_unpacklo_epi64(low01, low23);
    words[1] = _mm512_unpackhi_epi64(low01, low23);
    words[2] = _mm512_unpacklo_epi64(high01, high23);
    words[3] = _mm512_unpackhi_epi64(high01, high23);
}

/* Bits [shift, shift + count) of every byte. */
MARTLET_INLINE __m512i martlet_byte_bits(__m512i source, const unsigned shift, const unsigned count) {
    const __m512i moved = shift == 0 ? source : _mm512_srli_epi16(source, shift);
    return _mm512_and_si512(moved, _mm512_set1_epi8((char)((1u << count) - 1)));
}

/* Columns [4 * index, 4 * index + 4) of sixteen rows. */
MARTLET_INLINE void martlet_store_columns(const struct martlet_unpacked_avx512 *panel, size_t index, __m512i values) {
    _mm512_store_si512(panel->q + index * 128, values);
}

MARTLET_AVX512_END

#endif
