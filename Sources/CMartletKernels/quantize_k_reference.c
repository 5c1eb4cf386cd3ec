/* Reference packers of the K formats: scales per group, then scales of the scales per 256 values. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "block_layouts.h"
#include "half.h"
#include "quantize.h"
#include "quantize_search.h"

/* x ~ d s q - dmin m: what Q2_K, Q4_K and Q5_K find before they pack it. */
struct martlet_affine_block {
    martlet_half d;
    martlet_half dmin;
    uint8_t scales[16];
    uint8_t minimums[16];
    uint8_t quants[MARTLET_SUPER_BLOCK];
};

/* Groups of `length` values, quants in 0..top, scales and minimums in 0..limit. */
static void martlet_quantize_affine_block(const float *source, int length, int top, int limit,
                                          struct martlet_affine_block *block) {
    float x[MARTLET_SUPER_BLOCK], w[MARTLET_BLOCK];
    struct martlet_affine found[16];
    float greatest_scale = 0, greatest_minimum = 0;
    int groups = MARTLET_SUPER_BLOCK / length;
    martlet_clean_values(source, x, MARTLET_SUPER_BLOCK);
    for (int g = 0; g < groups; g++) {
        martlet_importance(x + g * length, w, length);
        found[g] = martlet_search_affine(x + g * length, w, length, top, true);
        greatest_scale = fmaxf(greatest_scale, found[g].scale);
        greatest_minimum = fmaxf(greatest_minimum, -found[g].minimum);
    }
    block->d = martlet_half_of_float(greatest_scale / (float)limit);
    block->dmin = martlet_half_of_float(greatest_minimum / (float)limit);
    float d = martlet_float_of_half(block->d), dmin = martlet_float_of_half(block->dmin);
    for (int g = 0; g < groups; g++) {
        block->scales[g] = (uint8_t)martlet_quant(found[g].scale, martlet_inverse(d), 0, limit);
        block->minimums[g] = (uint8_t)martlet_quant(-found[g].minimum, martlet_inverse(dmin), 0, limit);
        float inverse = martlet_inverse(d * (float)block->scales[g]);
        float offset = dmin * (float)block->minimums[g];
        for (int l = 0; l < length; l++) {
            block->quants[g * length + l] = (uint8_t)martlet_quant(x[g * length + l] + offset, inverse, 0, top);
        }
    }
}

/* x ~ d s q with signed s and q in -half..half - 1: what Q3_K and Q6_K find before they pack it; groups of 16. */
struct martlet_symmetric_block {
    martlet_half d;
    int8_t scales[16];
    uint8_t quants[MARTLET_SUPER_BLOCK]; /* q + half */
};

/* Scales in -limit..limit - 1. */
static void martlet_quantize_symmetric_block(const float *source, int half, int limit,
                                             struct martlet_symmetric_block *block) {
    float x[MARTLET_SUPER_BLOCK], w[16], found[16], extreme = 0;
    martlet_clean_values(source, x, MARTLET_SUPER_BLOCK);
    for (int g = 0; g < 16; g++) {
        martlet_importance(x + g * 16, w, 16);
        found[g] = martlet_search_scale(x + g * 16, w, 16, half);
        extreme = fabsf(found[g]) > fabsf(extreme) ? found[g] : extreme;
    }
    block->d = martlet_half_of_float(extreme / (float)-limit);
    float d = martlet_float_of_half(block->d);
    for (int g = 0; g < 16; g++) {
        block->scales[g] = (int8_t)martlet_quant(found[g], martlet_inverse(d), -limit, limit - 1);
        float inverse = martlet_inverse(d * (float)block->scales[g]);
        for (int l = 0; l < 16; l++) {
            block->quants[g * 16 + l] = (uint8_t)(martlet_quant(x[g * 16 + l], inverse, -half, half - 1) + half);
        }
    }
}

/* The inverse of martlet_unpack_scale_min. */
static void martlet_pack_scale_mins(const uint8_t scales[8], const uint8_t minimums[8], uint8_t packed[12]) {
    for (int g = 0; g < 4; g++) {
        packed[g] = (uint8_t)(scales[g] | scales[g + 4] >> 4 << 6);
        packed[g + 4] = (uint8_t)(minimums[g] | minimums[g + 4] >> 4 << 6);
        packed[g + 8] = (uint8_t)((scales[g + 4] & 15) | (minimums[g + 4] & 15) << 4);
    }
}

/* Two bits of each value: in each half of 128, value 32j + l at bits 2j of byte l. */
static void martlet_pack_pairs(const uint8_t quants[MARTLET_SUPER_BLOCK], uint8_t qs[64]) {
    for (int i = 0; i < 64; i++) {
        const uint8_t *q = quants + i / 32 * 128 + i % 32;
        qs[i] = (uint8_t)((q[0] & 3) | (q[32] & 3) << 2 | (q[64] & 3) << 4 | (q[96] & 3) << 6);
    }
}

/* x ~ d s q - dmin m, q in 0..3; count % 256 == 0; see quantize.h. */
void martlet_quantize_q2_k_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_q2_k *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_affine_block found;
        martlet_quantize_affine_block(x, 16, 3, 15, &found);
        block->d = found.d;
        block->dmin = found.dmin;
        for (int g = 0; g < 16; g++) {
            block->scales[g] = (uint8_t)(found.scales[g] | found.minimums[g] << 4);
        }
        martlet_pack_pairs(found.quants, block->qs);
    }
}

/* x ~ d (s - 32) q, q in -4..3; count % 256 == 0; see quantize.h. */
void martlet_quantize_q3_k_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_q3_k *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_symmetric_block found;
        martlet_quantize_symmetric_block(x, 4, 32, &found);
        memset(block, 0, sizeof *block);
        block->d = found.d;
        for (int g = 0; g < 16; g++) {
            int s = found.scales[g] + 32;
            block->scales[g % 8] |= (uint8_t)((s & 15) << (g / 8 * 4));
            block->scales[8 + g % 4] |= (uint8_t)(s >> 4 << (2 * (g / 4)));
        }
        for (int i = 0; i < MARTLET_SUPER_BLOCK; i++) {
            block->hmask[i % 32] |= (uint8_t)(found.quants[i] >> 2 << (i / 32));
        }
        martlet_pack_pairs(found.quants, block->qs);
    }
}

/* x ~ d s q - dmin m, q in 0..15; count % 256 == 0; see quantize.h. */
void martlet_quantize_q4_k_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_q4_k *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_affine_block found;
        martlet_quantize_affine_block(x, 32, 15, 63, &found);
        block->d = found.d;
        block->dmin = found.dmin;
        martlet_pack_scale_mins(found.scales, found.minimums, block->scales);
        for (int i = 0; i < 128; i++) {
            const uint8_t *q = found.quants + i / 32 * 64 + i % 32;
            block->qs[i] = (uint8_t)(q[0] | q[32] << 4);
        }
    }
}

/* x ~ d s q - dmin m, q in 0..31; count % 256 == 0; see quantize.h. */
void martlet_quantize_q5_k_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_q5_k *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_affine_block found;
        martlet_quantize_affine_block(x, 32, 31, 63, &found);
        block->d = found.d;
        block->dmin = found.dmin;
        martlet_pack_scale_mins(found.scales, found.minimums, block->scales);
        memset(block->qh, 0, sizeof block->qh);
        for (int i = 0; i < 128; i++) {
            const uint8_t *q = found.quants + i / 32 * 64 + i % 32;
            block->qs[i] = (uint8_t)((q[0] & 15) | (q[32] & 15) << 4);
        }
        for (int i = 0; i < MARTLET_SUPER_BLOCK; i++) {
            block->qh[i % 32] |= (uint8_t)(found.quants[i] >> 4 << (i / 32));
        }
    }
}

/* x ~ d s q, q in -32..31; count % 256 == 0; see quantize.h. */
void martlet_quantize_q6_k_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_q6_k *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_symmetric_block found;
        martlet_quantize_symmetric_block(x, 32, 128, &found);
        memcpy(block->scales, found.scales, sizeof block->scales);
        block->d = found.d;
        for (int half = 0; half < 2; half++) {
            const uint8_t *q = found.quants + half * 128;
            for (int l = 0; l < 32; l++) {
                block->ql[half * 64 + l] = (uint8_t)((q[l] & 15) | (q[l + 64] & 15) << 4);
                block->ql[half * 64 + 32 + l] = (uint8_t)((q[l + 32] & 15) | (q[l + 96] & 15) << 4);
                block->qh[half * 32 + l] = (uint8_t)(
                    q[l] >> 4 | q[l + 32] >> 4 << 2 | q[l + 64] >> 4 << 4 | q[l + 96] >> 4 << 6);
            }
        }
    }
}
