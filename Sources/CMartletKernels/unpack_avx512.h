/*
 * Weight blocks -> bytes and scales, for the AVX-512 matrix product.
 *
 *   w[k] = scale[k / sub] * (q[k] - 128) - 128 * minimum[k / sub], sub = 16 or 32
 *
 * The minimum is kept over 128 because its factor, the sum of a group's activations, is kept times -128.
 *
 * One call unpacks up to 256 columns of one row.
 */
#ifndef MARTLET_UNPACK_AVX512_H
#define MARTLET_UNPACK_AVX512_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "martlet_formats.h"

/* Columns per call; the last call of a row may cover fewer, a multiple of 32. */
#define MARTLET_UNPACK_COLUMNS 256

struct martlet_unpacked_avx512 {
    uint8_t q[MARTLET_UNPACK_COLUMNS];              /* unsigned: 128 stands for 0 */
    float scale[MARTLET_UNPACK_COLUMNS / 16];
    float minimum[MARTLET_UNPACK_COLUMNS / 16];     /* written only by formats that have minima */
};

struct martlet_unpacker_avx512 {
    void (*unpack)(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
    uint16_t sub;          /* values per scale: 16 or 32 */
    bool has_minimum;
    uint16_t block_length;
    uint16_t block_bytes;
};

/* The unpacker of a quantised format; every one has one. */
const struct martlet_unpacker_avx512 *martlet_unpacker_avx512_of(enum martlet_format format);

/* The rows of that table. */
void martlet_unpack_q4_0_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q4_1_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q5_0_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q5_1_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q8_0_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_iq4_nl_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q2_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q3_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q4_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q5_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_q6_k_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);
void martlet_unpack_iq4_xs_avx512(const void *blocks, size_t columns, struct martlet_unpacked_avx512 *row);

#endif
