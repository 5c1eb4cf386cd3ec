/* Unpackers of the formats with one scale per 32 values: Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL. */
#if defined(__x86_64__)

#include <string.h>

#include "block_layouts.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

enum kind { KIND_Q4_0, KIND_Q4_1, KIND_Q5_0, KIND_Q5_1, KIND_Q8_0, KIND_IQ4_NL };

/*
 * The halves at `offset` of four blocks of sixteen rows as floats, times a factor, to every 32nd float on: two reads of
 * 64 bytes cover a row's four blocks, so that a half is moved by one permutation and not through memory.
 */
MARTLET_INLINE void unpack_halves(const uint8_t *const rows[16], size_t start, const size_t offset, const size_t stride,
                                  const float factor, float *destination) {
    const size_t second_read = 2 * stride < 4 * stride - 64 ? 2 * stride : 4 * stride - 64;
    const bool one_read = 3 * stride + offset + 2 <= 64;
    const long long w0 = (long long)offset / 2, w1 = (long long)(stride + offset) / 2;
    const long long rebase = one_read ? 0 : (long long)second_read / 2;
    const long long w2 = (long long)(2 * stride + offset) / 2 - rebase;
    const long long w3 = (long long)(3 * stride + offset) / 2 - rebase;
    const __m512i words = _mm512_set1_epi64(w0 | w1 << 16 | w2 << 32 | w3 << 48);
    __m512i halves[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma clang loop unroll(full)
    for (int r = 0; r < 16; r++) {
        const __mmask32 both = (__mmask32)0x3 << (4 * (r % 8)), all = (__mmask32)0xf << (4 * (r % 8));
        const __m512i first = _mm512_loadu_si512(rows[r] + start);
        halves[r / 8] = _mm512_mask_permutexvar_epi16(halves[r / 8], one_read ? all : both, words, first);
        if (!one_read) {
            const __m512i second = _mm512_loadu_si512(rows[r] + start + second_read);
            halves[r / 8] = _mm512_mask_permutexvar_epi16(halves[r / 8], all ^ both, words, second);
        }
    }
    const __m512i every_fourth = _mm512_castsi256_si512(_mm256_setr_epi16(0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44,
                                                                          48, 52, 56, 60));
#pragma clang loop unroll(full)
    for (short b = 0; b < 4; b++) {
        const __m512i index = _mm512_add_epi16(every_fourth, _mm512_set1_epi16(b));
        const __m512i block = _mm512_permutex2var_epi16(halves[0], index, halves[1]);
        const __m512 values = _mm512_cvtph_ps(_mm512_castsi512_si256(block));
        _mm512_store_ps(destination + b * 32, factor == 1 ? values : _mm512_mul_ps(values, _mm512_set1_ps(factor)));
    }
}

/* The same for one block. */
MARTLET_INLINE void unpack_lonely_halves(const uint8_t *const rows[16], size_t start, const float factor,
                                         float *destination) {
    uint16_t halves[16];
#pragma clang loop unroll(full)
    for (int r = 0; r < 16; r++) {
        memcpy(&halves[r], rows[r] + start, sizeof halves[r]);
    }
    const __m512 values = _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)halves));
    _mm512_store_ps(destination, _mm512_mul_ps(values, _mm512_set1_ps(factor)));
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
    const bool has_minimum = kind == KIND_Q4_1 || kind == KIND_Q5_1;
    const float minimum_factor = -1.0f / 128;
    size_t b = 0;
    for (; b + 4 <= blocks; b += 4) {
        unpack_halves(rows, b * stride, 0, stride, 1, panel->scale + b * 32);
        if (has_minimum) {
            unpack_halves(rows, b * stride, 2, stride, minimum_factor, panel->minimum + b * 32);
        }
    }
    for (; b < blocks; b++) {
        unpack_lonely_halves(rows, b * stride, 1, panel->scale + b * 32);
        if (has_minimum) {
            unpack_lonely_halves(rows, b * stride + 2, minimum_factor, panel->minimum + b * 32);
        }
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
