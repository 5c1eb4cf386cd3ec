/*
 * Weight blocks -> bytes and scales, in generic vectors that the compiler maps to the instruction set at hand: what the
 * few-token product and the tiled product of matmul_vector.h both read. block_layouts.h describes the blocks.
 *
 *   w[k] = scale[k / sub] * (q[k] - zero) + minimum[k / sub], sub = 16 or 32
 */
#ifndef MARTLET_UNPACK_VECTOR_H
#define MARTLET_UNPACK_VECTOR_H

#include "block_layouts.h"
#include "k_scales.h"
#include "martlet_formats.h"

/* 32 weights or activations, 16 of them, and views of the same bits. */
typedef uint8_t quants __attribute__((vector_size(32)));
typedef uint8_t half_quants __attribute__((vector_size(16)));
typedef uint16_t quant_pairs __attribute__((vector_size(32)));
typedef uint32_t quant_words __attribute__((vector_size(32)));
/* Four and eight floats or integers, whatever the instruction set's width. */
typedef int32_t integer4 __attribute__((vector_size(16)));
typedef float float4 __attribute__((vector_size(16)));
typedef float float8 __attribute__((vector_size(32)));
typedef int32_t integer8 __attribute__((vector_size(32)));
typedef uint32_t quant_words_half __attribute__((vector_size(16)));
typedef uint8_t byte8 __attribute__((vector_size(8)));

/* What is constant about a format; always called with a constant. */
#define FORMAT_INLINE static inline __attribute__((always_inline))

FORMAT_INLINE size_t bytes_per_block(const enum martlet_format format) {
    switch (format) {
    case MARTLET_Q4_0: return sizeof(struct martlet_block_q4_0);
    case MARTLET_Q4_1: return sizeof(struct martlet_block_q4_1);
    case MARTLET_Q5_0: return sizeof(struct martlet_block_q5_0);
    case MARTLET_Q5_1: return sizeof(struct martlet_block_q5_1);
    case MARTLET_Q8_0: return sizeof(struct martlet_block_q8_0);
    case MARTLET_IQ4_NL: return sizeof(struct martlet_block_iq4_nl);
    case MARTLET_Q2_K: return sizeof(struct martlet_block_q2_k);
    case MARTLET_Q3_K: return sizeof(struct martlet_block_q3_k);
    case MARTLET_Q4_K: return sizeof(struct martlet_block_q4_k);
    case MARTLET_Q5_K: return sizeof(struct martlet_block_q5_k);
    case MARTLET_Q6_K: return sizeof(struct martlet_block_q6_k);
    case MARTLET_IQ4_XS: return sizeof(struct martlet_block_iq4_xs);
    default: return 0;
    }
}

/* Runs of 32 values in a block. */
FORMAT_INLINE int chunks_per_block(const enum martlet_format format) {
    switch (format) {
    case MARTLET_Q2_K:
    case MARTLET_Q3_K:
    case MARTLET_Q4_K:
    case MARTLET_Q5_K:
    case MARTLET_Q6_K:
    case MARTLET_IQ4_XS: return MARTLET_SUPER_BLOCK / 32;
    default: return 1;
    }
}

/* Values per scale. */
FORMAT_INLINE int values_per_scale(const enum martlet_format format) {
    return format == MARTLET_Q2_K || format == MARTLET_Q3_K || format == MARTLET_Q6_K ? 16 : 32;
}

FORMAT_INLINE bool has_minimum(const enum martlet_format format) {
    return format == MARTLET_Q4_1 || format == MARTLET_Q5_1 || format == MARTLET_Q2_K || format == MARTLET_Q4_K ||
           format == MARTLET_Q5_K;
}

/* Whether the bytes are signed; otherwise they are at most 63. */
FORMAT_INLINE bool is_signed(const enum martlet_format format) {
    return format == MARTLET_Q8_0 || format == MARTLET_IQ4_NL || format == MARTLET_IQ4_XS;
}

/* The byte that stands for 0. */
FORMAT_INLINE int zero_point(const enum martlet_format format) {
    switch (format) {
    case MARTLET_Q4_0: return 8;
    case MARTLET_Q5_0: return 16;
    case MARTLET_Q3_K: return 4;
    case MARTLET_Q6_K: return 32;
    default: return 0;
    }
}

V_INLINE quants q_load(const void *source) {
    quants q;
    memcpy(&q, source, sizeof q);
    return q;
}

/* Moves bit `from` of every byte to bit `to`, and keeps the bits of `mask`, none of which came from another byte. */
V_INLINE quants q_bits(quants q, const int from, const int to, const uint8_t mask) {
    const quant_pairs pairs = (quant_pairs)q;
    const quant_pairs moved = from >= to ? pairs >> (uint16_t)(from - to) : pairs << (uint16_t)(to - from);
    return (quants)moved & mask;
}

/* 16 bytes' low nibbles, then their high ones. */
V_INLINE quants q_nibbles(const uint8_t *source) {
    half_quants half;
    memcpy(&half, source, sizeof half);
    const quants twice = __builtin_shufflevector(half, half, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1,
                                                 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const quant_words shifts = {0, 0, 0, 0, 4, 4, 4, 4};
    return (quants)((quant_words)twice >> shifts) & 15;
}

/* Bit i of 32 -> bit 4 of byte i. */
V_INLINE quants q_fifth_bits(const uint8_t source[4]) {
    half_quants bits = {source[0], source[1], source[2], source[3]};
    const quants spread = __builtin_shufflevector(bits, bits, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                                  2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const quant_words powers = {0x08040201, 0x80402010, 0x08040201, 0x80402010,
                                0x08040201, 0x80402010, 0x08040201, 0x80402010};
    const quants mask = (quants)powers;
    return (quants)((spread & mask) == mask) & 16;
}

V_INLINE quants q_lookup(const int8_t table[16], quants nibbles);

/* Values [32 * chunk, 32 * chunk + 32) of a block as bytes. */
V_INLINE quants q_values(const enum martlet_format format, const uint8_t *source, const int chunk) {
    const size_t half = (size_t)chunk / 4;
    const int run = chunk % 4;
    switch (format) {
    case MARTLET_Q8_0: return q_load(((const struct martlet_block_q8_0 *)(const void *)source)->qs);
    case MARTLET_Q4_0: return q_nibbles(((const struct martlet_block_q4_0 *)(const void *)source)->qs);
    case MARTLET_Q4_1: return q_nibbles(((const struct martlet_block_q4_1 *)(const void *)source)->qs);
    case MARTLET_Q5_0: {
        const struct martlet_block_q5_0 *block = (const void *)source;
        return q_nibbles(block->qs) | q_fifth_bits(block->qh);
    }
    case MARTLET_Q5_1: {
        const struct martlet_block_q5_1 *block = (const void *)source;
        return q_nibbles(block->qs) | q_fifth_bits(block->qh);
    }
    case MARTLET_IQ4_NL: {
        const struct martlet_block_iq4_nl *block = (const void *)source;
        return q_lookup(martlet_iq4_values, q_nibbles(block->qs));
    }
    case MARTLET_IQ4_XS: {
        const struct martlet_block_iq4_xs *block = (const void *)source;
        return q_lookup(martlet_iq4_values, q_nibbles(block->qs + chunk * 16));
    }
    case MARTLET_Q2_K: {
        const struct martlet_block_q2_k *block = (const void *)source;
        return q_bits(q_load(block->qs + half * 32), 2 * run, 0, 3);
    }
    case MARTLET_Q3_K: {
        const struct martlet_block_q3_k *block = (const void *)source;
        return q_bits(q_load(block->qs + half * 32), 2 * run, 0, 3) | q_bits(q_load(block->hmask), chunk, 2, 4);
    }
    case MARTLET_Q4_K: {
        const struct martlet_block_q4_k *block = (const void *)source;
        return q_bits(q_load(block->qs + chunk / 2 * 32), chunk % 2 * 4, 0, 15);
    }
    case MARTLET_Q5_K: {
        const struct martlet_block_q5_k *block = (const void *)source;
        return q_bits(q_load(block->qs + chunk / 2 * 32), chunk % 2 * 4, 0, 15) |
               q_bits(q_load(block->qh), chunk, 4, 16);
    }
    case MARTLET_Q6_K: {
        const struct martlet_block_q6_k *block = (const void *)source;
        return q_bits(q_load(block->ql + half * 64 + run % 2 * 32), run / 2 * 4, 0, 15) |
               q_bits(q_load(block->qh + half * 32), 2 * run, 4, 48);
    }
    default: return (quants){0};
    }
}

/* The factors of a block. */
struct block_factors {
    half_quants scales; /* super-blocks: signed bytes, one per 16 or (the first 8 bytes) per 32 values; times d */
    half_quants minima; /* unsigned bytes, arranged like the scales; times dmin */
    float d, dmin;      /* dmin is negative where minima are subtracted */
};

V_INLINE half_quants q_load_half(const void *source) {
    half_quants q;
    memcpy(&q, source, sizeof q);
    return q;
}

V_INLINE struct block_factors factors_of(const enum martlet_format format, const uint8_t *source) {
    struct block_factors factors = {0};
    uint32_t words[4];
    switch (format) {
    case MARTLET_Q2_K: {
        const struct martlet_block_q2_k *block = (const void *)source;
        const half_quants packed = q_load_half(block->scales);
        factors.scales = packed & 15;
        factors.minima = packed >> 4;
        factors.d = v_float_of_half(block->d);
        factors.dmin = -v_float_of_half(block->dmin);
        break;
    }
    case MARTLET_Q3_K: {
        const struct martlet_block_q3_k *block = (const void *)source;
        martlet_q3_k_scales(block->scales, words);
        factors.scales = q_load_half(words) - 32;
        factors.d = v_float_of_half(block->d);
        break;
    }
    case MARTLET_Q4_K:
    case MARTLET_Q5_K: {
        /* Q5_K begins with the same fields. */
        const struct martlet_block_q4_k *block = (const void *)source;
        martlet_q4_k_scales(block->scales, words);
        factors.scales = (half_quants)(quant_words_half){words[0], words[1]};
        factors.minima = (half_quants)(quant_words_half){words[2], words[3]};
        factors.d = v_float_of_half(block->d);
        factors.dmin = -v_float_of_half(block->dmin);
        break;
    }
    case MARTLET_Q6_K: {
        const struct martlet_block_q6_k *block = (const void *)source;
        factors.scales = q_load_half(block->scales);
        factors.d = v_float_of_half(block->d);
        break;
    }
    case MARTLET_IQ4_XS: {
        const struct martlet_block_iq4_xs *block = (const void *)source;
        for (int g = 0; g < 8; g++) {
            factors.scales[g] = (uint8_t)(martlet_unpack_iq4_xs_scale(block, g) - 32);
        }
        factors.d = v_float_of_half(block->d);
        break;
    }
    case MARTLET_Q4_1:
    case MARTLET_Q5_1: {
        martlet_half halves[2];
        memcpy(halves, source, sizeof halves);
        factors.d = v_float_of_half(halves[0]);
        factors.dmin = v_float_of_half(halves[1]);
        break;
    }
    default: {
        martlet_half half;
        memcpy(&half, source, sizeof half);
        factors.d = v_float_of_half(half);
        break;
    }
    }
    return factors;
}

#endif
