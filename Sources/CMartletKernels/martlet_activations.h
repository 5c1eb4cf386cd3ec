/*
 * One row of activations as the quantised products read it: int8 values with a scale per block of 128.
 *
 *   x[k] ~ scale[k / 128] * q[k], |q| <= 127
 *
 * The row also carries what the products would otherwise compute again for every weight row:
 *   sum16[j]    sum of q over 16 values, for formats with minima
 *   bias16[j]   -128 * the same sum, bias32[j] the same over 32 values: the starting value of an accumulator whose
 *               weights were moved from [-128, 127] to [0, 255], because vpdpbusd wants one unsigned operand
 *   ratio[b]    scale[b - 1] / scale[b] (1 for b = 0): a running product y' = y / scale[b] moves from one block to the
 *               next by one multiplication and needs no second accumulator
 *
 * Blocks whose largest value lies under 2^-20 of the row's largest are quantised as if it were that, so that ratios
 * stay in [2^-20, 2^20]; the error is below float's own against the row's largest. A row of zeros (or of values under
 * MARTLET_ACTIVATION_SMALLEST) has scale 0 and ratio 1. A row with an infinity or a NaN has NaN scales: it spoils its
 * own outputs and nothing else.
 *
 * The last block may be partial (K % 128 != 0): q, sums and biases are zero past K.
 *
 * A few values of an encoder's rows are thirty times as large as the others, and a scale that they share with 127
 * neighbours leaves little of those. A row of kind Q8_APART therefore ends with up to MARTLET_OUTLIERS values as floats.
 * The bytes are those of the row without them:
 *
 *   x[k] ~ scale[k / 128] * q[k] + (value[i] where column[i] == k)
 *
 * A row with an infinity or a NaN has NaN scales whatever its outliers are.
 *
 * The residue of a row, x less the right-hand side above, is a row of kind Q8 again. Its product added to the row's own
 * is as good as one of 15 bits, for twice the work.
 */
#ifndef MARTLET_ACTIVATIONS_H
#define MARTLET_ACTIVATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "martlet_kernels.h"

/* Values that share a scale. */
#define MARTLET_ACTIVATION_BLOCK 128
/* A row whose largest magnitude is below this counts as zero; 127 / 2^-100 is still finite. */
#define MARTLET_ACTIVATION_SMALLEST 0x1p-100f
/* The smallest a block's largest value may be against the row's. */
#define MARTLET_ACTIVATION_FLOOR 0x1p-20f

/* Where the parts of a row lie. */
struct martlet_activation_row {
    int8_t *q;       /* [blocks * 128], 64-byte aligned */
    int32_t *bias16; /* [blocks * 8] */
    int32_t *bias32; /* [blocks * 4] */
    int16_t *sum16;  /* [blocks * 8] */
    float *scale;    /* [blocks] */
    float *ratio;    /* [blocks] */
};

static inline size_t martlet_activation_blocks(size_t columns) {
    return (columns + MARTLET_ACTIVATION_BLOCK - 1) / MARTLET_ACTIVATION_BLOCK;
}

/* Bytes of a block's share of each part; every part but the last two is a multiple of 16 bytes long. */
#define MARTLET_ACTIVATION_BLOCK_BYTES (128 + 8 * 4 + 4 * 4 + 8 * 2 + 4 + 4)

static inline struct martlet_activation_row martlet_activation_row_at(const void *row, size_t columns) {
    const size_t blocks = martlet_activation_blocks(columns);
    char *base = (char *)row; /* readers and the one writer share this view; const returns with the reader's pointers */
    struct martlet_activation_row parts;
    parts.q = (int8_t *)base;
    parts.bias16 = (int32_t *)(base + blocks * 128);
    parts.bias32 = (int32_t *)(base + blocks * 160);
    parts.sum16 = (int16_t *)(base + blocks * 176);
    parts.scale = (float *)(base + blocks * 192);
    parts.ratio = (float *)(base + blocks * 196);
    return parts;
}

/* The outliers of a row of kind Q8_APART. */
static inline struct martlet_outlier *martlet_outliers_at(const void *row, size_t columns) {
    const size_t offset = martlet_activation_blocks(columns) * MARTLET_ACTIVATION_BLOCK_BYTES;
    return (struct martlet_outlier *)((char *)row + offset);
}

_Static_assert(MARTLET_ACTIVATION_BLOCK_BYTES == 200, "the offsets above");
_Static_assert(MARTLET_ACTIVATION_BLOCK_BYTES % _Alignof(struct martlet_outlier) == 0, "outliers are aligned");

#endif
