/* Unpackers of the formats with super-blocks of 256 values: Q2_K to Q6_K and IQ4_XS. */
#if defined(__x86_64__)

#include <string.h>

#include "block_layouts.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

/* Vectors of four columns in 32, 64 and 256 columns. */
#define IN_32 8
#define IN_64 16
#define IN_256 64

/* The half at `offset` of sixteen rows. */
MARTLET_INLINE __m512 halves_at(const uint8_t *const rows[16], size_t offset) {
    uint16_t halves[16];
#pragma clang loop unroll(full)
    for (int r = 0; r < 16; r++) {
        memcpy(&halves[r], rows[r] + offset, sizeof halves[r]);
    }
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)halves));
}

MARTLET_INLINE __m512i plus_128(__m512i values) {
    return _mm512_or_si512(values, _mm512_set1_epi8((char)128));
}

/* Byte i of every 32-bit word as a float. */
MARTLET_INLINE __m512 unsigned_byte(__m512i words, const unsigned i) {
    return _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(words, 8 * i), _mm512_set1_epi32(255)));
}

MARTLET_INLINE __m512 signed_byte(__m512i words, const unsigned i) {
    return _mm512_cvtepi32_ps(_mm512_srai_epi32(_mm512_slli_epi32(words, 24 - 8 * i), 24));
}

MARTLET_INLINE __m512i masked(__m512i words, const unsigned shift, uint32_t mask) {
    return _mm512_and_si512(_mm512_srli_epi32(words, shift), _mm512_set1_epi32((int)mask));
}

static void unpack_q2_k(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_q2_k);
        __m512i words[4];
        for (size_t piece = 0; piece < 4; piece++) {
            martlet_gather_rows(rows, start + offsetof(struct martlet_block_q2_k, qs) + piece * 16, words);
            const size_t index = b * IN_256 + piece / 2 * 32 + piece % 2 * 4;
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 4; j++) {
                martlet_store_columns(panel, index + j, plus_128(martlet_byte_bits(words[j], 0, 2)));
                martlet_store_columns(panel, index + IN_32 + j, plus_128(martlet_byte_bits(words[j], 2, 2)));
                martlet_store_columns(panel, index + 2 * IN_32 + j, plus_128(martlet_byte_bits(words[j], 4, 2)));
                martlet_store_columns(panel, index + 3 * IN_32 + j, plus_128(martlet_byte_bits(words[j], 6, 2)));
            }
        }
        martlet_gather_rows(rows, start + offsetof(struct martlet_block_q2_k, scales), words);
        const __m512 d = halves_at(rows, start + offsetof(struct martlet_block_q2_k, d));
        const __m512 dmin = _mm512_mul_ps(halves_at(rows, start + offsetof(struct martlet_block_q2_k, dmin)),
                                          _mm512_set1_ps(1.0f / 128));
#pragma clang loop unroll(full)
        for (unsigned g = 0; g < 16; g++) {
            const __m512i scales = martlet_byte_bits(words[g / 4], 0, 4);
            const __m512i minima = martlet_byte_bits(words[g / 4], 4, 4);
            const size_t at = (b * 16 + g) * 32;
            _mm512_store_ps(panel->scale + at, _mm512_mul_ps(unsigned_byte(scales, g % 4), d));
            _mm512_store_ps(panel->minimum + at, _mm512_mul_ps(unsigned_byte(minima, g % 4), dmin));
        }
    }
}

static void unpack_q3_k(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    const __m512i shift = _mm512_set1_epi8(128 - 4), four = _mm512_set1_epi8(4);
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_q3_k);
        for (size_t piece = 0; piece < 2; piece++) {
            __m512i mask[4];
            martlet_gather_rows(rows, start + offsetof(struct martlet_block_q3_k, hmask) + piece * 16, mask);
            for (unsigned half = 0; half < 2; half++) {
                __m512i words[4];
                const size_t offset = offsetof(struct martlet_block_q3_k, qs) + half * 32 + piece * 16;
                martlet_gather_rows(rows, start + offset, words);
                const size_t index = b * IN_256 + half * 32 + piece * 4;
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) {
                    /* Bit 4 * half + run of the mask is bit 2 of the values of that run of 32. */
                    const __m512i bits = half == 0 ? mask[j] : _mm512_srli_epi16(mask[j], 4);
                    const __m512i third[4] = {_mm512_slli_epi16(bits, 2), _mm512_slli_epi16(bits, 1), bits,
                                              _mm512_srli_epi16(bits, 1)};
#pragma clang loop unroll(full)
                    for (unsigned run = 0; run < 4; run++) {
                        const __m512i low = martlet_byte_bits(words[j], 2 * run, 2);
                        const __m512i value = _mm512_or_si512(low, _mm512_and_si512(third[run], four));
                        martlet_store_columns(panel, index + run * IN_32 + j, _mm512_add_epi8(value, shift));
                    }
                }
            }
        }
        /* The 12 bytes of scales and the half after them and two more bytes, of this block or before its end. */
        __m512i words[4];
        martlet_gather_rows(rows, start + offsetof(struct martlet_block_q3_k, scales) - 4, words);
        const __m512 d = halves_at(rows, start + offsetof(struct martlet_block_q3_k, d));
        const uint32_t four_bits = 0x0f0f0f0f, two_bits = 0x03030303;
#pragma clang loop unroll(full)
        for (unsigned i = 0; i < 4; i++) {
            const __m512i low = masked(words[1 + i % 2], i / 2 * 4, four_bits);
            const __m512i high = _mm512_slli_epi32(masked(words[3], 2 * i, two_bits), 4);
            const __m512i scales = _mm512_sub_epi8(_mm512_or_si512(low, high), _mm512_set1_epi8(32));
#pragma clang loop unroll(full)
            for (unsigned g = 0; g < 4; g++) {
                const size_t at = (b * 16 + i * 4 + g) * 32;
                _mm512_store_ps(panel->scale + at, _mm512_mul_ps(signed_byte(scales, g), d));
            }
        }
    }
}

/* Q4_K and Q5_K begin with the same 16 bytes: d, dmin and 6-bit scales and minima. */
MARTLET_INLINE void unpack_header(const uint8_t *const rows[16], size_t start, size_t b,
                                  const struct martlet_unpacked_avx512 *panel) {
    __m512i words[4];
    martlet_gather_rows(rows, start, words);
    const __m512 d = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words[0]));
    const __m512 dmin = _mm512_mul_ps(_mm512_cvtph_ps(_mm512_cvtepi32_epi16(_mm512_srli_epi32(words[0], 16))),
                                      _mm512_set1_ps(1.0f / 128));
    const uint32_t six_bits = 0x3f3f3f3f, four_bits = 0x0f0f0f0f, two_bits = 0x03030303;
    const __m512i scales[2] = {
        masked(words[1], 0, six_bits),
        _mm512_or_si512(masked(words[3], 0, four_bits), _mm512_slli_epi32(masked(words[1], 6, two_bits), 4)),
    };
    const __m512i minima[2] = {
        masked(words[2], 0, six_bits),
        _mm512_or_si512(masked(words[3], 4, four_bits), _mm512_slli_epi32(masked(words[2], 6, two_bits), 4)),
    };
#pragma clang loop unroll(full)
    for (unsigned g = 0; g < 8; g++) {
        const size_t at = (b * 8 + g) * 32;
        _mm512_store_ps(panel->scale + at, _mm512_mul_ps(unsigned_byte(scales[g / 4], g % 4), d));
        _mm512_store_ps(panel->minimum + at, _mm512_mul_ps(unsigned_byte(minima[g / 4], g % 4), dmin));
    }
}

static void unpack_q4_k(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_q4_k);
        for (size_t piece = 0; piece < 8; piece++) {
            __m512i words[4];
            martlet_gather_rows(rows, start + offsetof(struct martlet_block_q4_k, qs) + piece * 16, words);
            const size_t index = b * IN_256 + piece / 2 * IN_64 + piece % 2 * 4;
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 4; j++) {
                martlet_store_columns(panel, index + j, plus_128(martlet_byte_bits(words[j], 0, 4)));
                martlet_store_columns(panel, index + IN_32 + j, plus_128(martlet_byte_bits(words[j], 4, 4)));
            }
        }
        unpack_header(rows, start, b, panel);
    }
}

static void unpack_q5_k(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    const __m512i sixteen = _mm512_set1_epi8(16);
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_q5_k);
        for (size_t piece = 0; piece < 2; piece++) {
            __m512i fifth[4];
            martlet_gather_rows(rows, start + offsetof(struct martlet_block_q5_k, qh) + piece * 16, fifth);
#pragma clang loop unroll(full)
            for (unsigned pair = 0; pair < 4; pair++) {
                __m512i words[4];
                const size_t offset = offsetof(struct martlet_block_q5_k, qs) + pair * 32 + piece * 16;
                martlet_gather_rows(rows, start + offset, words);
                const size_t index = b * IN_256 + pair * IN_64 + piece * 4;
#pragma clang loop unroll(full)
                for (size_t j = 0; j < 4; j++) {
                    /* Bits 2 * pair and 2 * pair + 1, moved to bit 4. */
                    const __m512i even = pair <= 2 ? _mm512_slli_epi16(fifth[j], 4 - 2 * pair)
                                                   : _mm512_srli_epi16(fifth[j], 2 * pair - 4);
                    const __m512i odd = pair <= 1 ? _mm512_slli_epi16(fifth[j], 3 - 2 * pair)
                                                  : _mm512_srli_epi16(fifth[j], 2 * pair - 3);
                    const __m512i low = _mm512_or_si512(martlet_byte_bits(words[j], 0, 4),
                                                        _mm512_and_si512(even, sixteen));
                    const __m512i high = _mm512_or_si512(martlet_byte_bits(words[j], 4, 4),
                                                         _mm512_and_si512(odd, sixteen));
                    martlet_store_columns(panel, index + j, plus_128(low));
                    martlet_store_columns(panel, index + IN_32 + j, plus_128(high));
                }
            }
        }
        unpack_header(rows, start, b, panel);
    }
}

static void unpack_q6_k(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    const __m512i shift = _mm512_set1_epi8(128 - 32), upper = _mm512_set1_epi8(0x30);
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_q6_k);
        for (size_t half = 0; half < 2; half++) {
            for (size_t piece = 0; piece < 2; piece++) {
                __m512i high[4];
                const size_t upper_bits = offsetof(struct martlet_block_q6_k, qh) + half * 32 + piece * 16;
                martlet_gather_rows(rows, start + upper_bits, high);
#pragma clang loop unroll(full)
                for (unsigned run = 0; run < 2; run++) {
                    __m512i words[4];
                    martlet_gather_rows(rows, start + half * 64 + run * 32 + piece * 16, words);
                    const size_t index = b * IN_256 + half * 32 + run * IN_32 + piece * 4;
#pragma clang loop unroll(full)
                    for (size_t j = 0; j < 4; j++) {
                        /* Bits 2 * run and 4 + 2 * run, moved to bit 4. */
                        const __m512i two = _mm512_slli_epi16(high[j], 4 - 2 * run);
                        const __m512i six = run == 0 ? high[j] : _mm512_srli_epi16(high[j], 2);
                        const __m512i first = _mm512_or_si512(martlet_byte_bits(words[j], 0, 4),
                                                              _mm512_and_si512(two, upper));
                        const __m512i second = _mm512_or_si512(martlet_byte_bits(words[j], 4, 4),
                                                               _mm512_and_si512(six, upper));
                        martlet_store_columns(panel, index + j, _mm512_add_epi8(first, shift));
                        martlet_store_columns(panel, index + IN_64 + j, _mm512_add_epi8(second, shift));
                    }
                }
            }
        }
        __m512i scales[4];
        martlet_gather_rows(rows, start + offsetof(struct martlet_block_q6_k, scales), scales);
        const __m512 d = halves_at(rows, start + offsetof(struct martlet_block_q6_k, d));
#pragma clang loop unroll(full)
        for (unsigned g = 0; g < 16; g++) {
            _mm512_store_ps(panel->scale + (b * 16 + g) * 32, _mm512_mul_ps(signed_byte(scales[g / 4], g % 4), d));
        }
    }
}

static void unpack_iq4_xs(const uint8_t *const rows[16], size_t columns, const struct martlet_unpacked_avx512 *panel) {
    const __m128i values = _mm_loadu_si128((const __m128i *)(const void *)martlet_iq4_values);
    const __m512i table = _mm512_broadcast_i32x4(_mm_xor_si128(values, _mm_set1_epi8((char)128)));
    for (size_t b = 0; b < columns / MARTLET_SUPER_BLOCK; b++) {
        const size_t start = b * sizeof(struct martlet_block_iq4_xs);
        __m512i words[4];
        for (size_t piece = 0; piece < 8; piece++) {
            martlet_gather_rows(rows, start + offsetof(struct martlet_block_iq4_xs, qs) + piece * 16, words);
            const size_t index = b * IN_256 + piece * IN_32;
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 4; j++) {
                const __m512i low = martlet_byte_bits(words[j], 0, 4), high = martlet_byte_bits(words[j], 4, 4);
                martlet_store_columns(panel, index + j, _mm512_shuffle_epi8(table, low));
                martlet_store_columns(panel, index + 4 + j, _mm512_shuffle_epi8(table, high));
            }
        }
        martlet_gather_rows(rows, start, words);
        const __m512 d = _mm512_cvtph_ps(_mm512_cvtepi32_epi16(words[0]));
#pragma clang loop unroll(full)
        for (unsigned g = 0; g < 8; g++) {
            const __m512i low = masked(words[1], 4 * g, 15);
            const __m512i high = _mm512_slli_epi32(masked(words[0], 16 + 2 * g, 3), 4);
            const __m512i scale = _mm512_sub_epi32(_mm512_or_si512(low, high), _mm512_set1_epi32(32));
            _mm512_store_ps(panel->scale + (b * 8 + g) * 32, _mm512_mul_ps(_mm512_cvtepi32_ps(scale), d));
        }
    }
}

MARTLET_AVX512_END

const struct martlet_unpacker_avx512 martlet_unpacker_q2_k_avx512 = {unpack_q2_k, 16, true};
const struct martlet_unpacker_avx512 martlet_unpacker_q3_k_avx512 = {unpack_q3_k, 16, false};
const struct martlet_unpacker_avx512 martlet_unpacker_q4_k_avx512 = {unpack_q4_k, 32, true};
const struct martlet_unpacker_avx512 martlet_unpacker_q5_k_avx512 = {unpack_q5_k, 32, true};
const struct martlet_unpacker_avx512 martlet_unpacker_q6_k_avx512 = {unpack_q6_k, 16, false};
const struct martlet_unpacker_avx512 martlet_unpacker_iq4_xs_avx512 = {unpack_iq4_xs, 32, false};

#endif
