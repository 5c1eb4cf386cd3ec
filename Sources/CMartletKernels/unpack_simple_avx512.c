/* Unpackers of the formats with one scale per 32 values: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL. */
#if defined(__x86_64__)

#include <string.h>

#include "block_layouts.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

enum kind { KIND_Q4_0, KIND_Q4_1, KIND_Q5_0, KIND_Q5_1, KIND_Q8_0, KIND_IQ4_NL };

/* Blocks whose halves are collected before they are converted: a wide load right after narrow stores waits for them. */
#define HALVES_BATCH 16

/* The halves at `offset` of every block of sixteen rows, times a factor. */
MARTLET_INLINE void unpack_halves(const uint8_t *const rows[16], size_t offset, size_t stride, size_t blocks,
                                  const float factor, float *destination) {
    const __m512 factors = _mm512_set1_ps(factor);
    for (size_t start = 0; start < blocks; start += HALVES_BATCH) {
        uint16_t halves[HALVES_BATCH][16];
        const size_t count = blocks - start < HALVES_BATCH ? blocks - start : HALVES_BATCH;
        for (size_t r = 0; r < 16; r++) {
            const uint8_t *source = rows[r] + start * stride + offset;
            for (size_t b = 0; b < count; b++) {
                memcpy(&halves[b][r], source + b * stride, sizeof halves[b][r]);
            }
        }
        for (size_t b = 0; b < count; b++) {
            const __m512 values = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)halves[b]));
            _mm512_store_ps(destination + (start + b) * 32, factor == 1 ? values : _mm512_mul_ps(values, factors));
        }
    }
}

/* Bits 4j .. 4j + 3 of each 32-bit word -> bit 4 of its four bytes. */
MARTLET_INLINE __m512i fifth_bits(__m512i words, const int j) {
    /* Byte i of a word takes the 8 bits from 4j + i - 4 on, modulo 64, in its pair of words. */
    const long long first = 0x03020100 + 0x01010101ll * ((4 * j + 60) % 64);
    const long long second = 0x03020100 + 0x01010101ll * (4 * j + 28);
    const __m512i control = _mm512_set1_epi64((first & 0x3f3f3f3f) | second << 32);
    return _mm512_and_si512(_mm512_multishift_epi64_epi8(control, words), _mm512_set1_epi8(16));
}

MARTLET_INLINE __m512i words_at(const uint8_t *const rows[16], size_t offset) {
    uint32_t words[16];
#pragma clang loop unroll(full)
    for (int r = 0; r < 16; r++) {
        memcpy(&words[r], rows[r] + offset, sizeof words[r]);
    }
    return _mm512_loadu_si512(words);
}

MARTLET_INLINE void unpack(const enum kind kind, const size_t stride, const uint8_t *const rows[16], size_t columns,
                           const struct martlet_unpacked_avx512 *panel) {
    const size_t blocks = columns / MARTLET_BLOCK;
    const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m512i table = _mm512_broadcast_i32x4(_mm_xor_si128(values, _mm_set1_epi8((char)128)));
    /* What is added so that 128 stands for 0. */
    const __m512i shift = _mm512_set1_epi8((char)(kind == KIND_Q4_0 ? 128 - 8 : kind == KIND_Q5_0 ? 128 - 16 : 128));
    for (size_t b = 0; b < blocks; b++) {
        __m512i words[4];
        if (kind == KIND_Q8_0) {
            for (size_t piece = 0; piece < 2; piece++) {
                martlet_gather_rows(rows, b * stride + 2 + piece * 16, words);
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) {
                    martlet_store_columns(panel, b * 8 + piece * 4 + j, _mm512_xor_si512(words[j], shift));
                }
            }
            continue;
        }
        martlet_gather_rows(rows, b * stride + stride - 16, words);
        const bool has_fifth = kind == KIND_Q5_0 || kind == KIND_Q5_1;
        const __m512i fifth = has_fifth ? words_at(rows, b * stride + stride - 20) : shift;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 4; j++) {
            __m512i low = martlet_byte_bits(words[j], 0, 4), high = martlet_byte_bits(words[j], 4, 4);
            if (kind == KIND_IQ4_NL) {
                low = _mm512_shuffle_epi8(table, low);
                high = _mm512_shuffle_epi8(table, high);
            } else {
                if (has_fifth) {
                    low = _mm512_or_si512(low, fifth_bits(fifth, (int)j));
                    high = _mm512_or_si512(high, fifth_bits(fifth, (int)j + 4));
                }
                low = _mm512_add_epi8(low, shift);
                high = _mm512_add_epi8(high, shift);
            }
            martlet_store_columns(panel, b * 8 + j, low);
            martlet_store_columns(panel, b * 8 + 4 + j, high);
        }
    }
    unpack_halves(rows, 0, stride, blocks, 1, panel->scale);
    if (kind == KIND_Q4_1 || kind == KIND_Q5_1) {
        unpack_halves(rows, 2, stride, blocks, -1.0f / 128, panel->minimum);
    }
}

MARTLET_AVX512_END

#define UNPACKER(NAME, KIND, MINIMUM)                                                                                  \
    MARTLET_AVX512_BEGIN                                                                                               \
    static void unpack_##NAME(const uint8_t *const rows[16], size_t columns,                                           \
                              const struct martlet_unpacked_avx512 *panel) {                                           \
        unpack(KIND, sizeof(struct martlet_block_##NAME), rows, columns, panel);                                       \
    }                                                                                                                  \
    MARTLET_AVX512_END                                                                                                 \
    const struct martlet_unpacker_avx512 martlet_unpacker_##NAME##_avx512 = {unpack_##NAME, MARTLET_BLOCK, MINIMUM};

UNPACKER(q4_0, KIND_Q4_0, false)
UNPACKER(q4_1, KIND_Q4_1, true)
UNPACKER(q5_0, KIND_Q5_0, false)
UNPACKER(q5_1, KIND_Q5_1, true)
UNPACKER(q8_0, KIND_Q8_0, false)
UNPACKER(iq4_nl, KIND_IQ4_NL, false)

#endif
