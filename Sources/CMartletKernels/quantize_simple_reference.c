/* Reference packers of the formats with one scale per 32 values. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "block_layouts.h"
#include "half.h"
#include "quantize.h"
#include "quantize_search.h"

/* A block's values, cleaned, and their importance. */
struct martlet_group {
    float x[MARTLET_BLOCK];
    float w[MARTLET_BLOCK];
};

static void martlet_load_group(struct martlet_group *group, const float *source) {
    martlet_clean_values(source, group->x, MARTLET_BLOCK);
    martlet_importance(group->x, group->w, MARTLET_BLOCK);
}

/* Value j in the low nibble of byte j, value j + 16 in the high one. */
static void martlet_pack_nibbles(const uint8_t quants[32], uint8_t qs[16]) {
    for (int j = 0; j < 16; j++) {
        qs[j] = (uint8_t)((quants[j] & 15) | (quants[j + 16] & 15) << 4);
    }
}

static void martlet_pack_fifth_bits(const uint8_t quants[32], uint8_t qh[4]) {
    uint32_t bits = 0;
    for (int j = 0; j < MARTLET_BLOCK; j++) {
        bits |= (uint32_t)(quants[j] >> 4) << j;
    }
    memcpy(qh, &bits, sizeof bits);
}

/* q of x ~ d (q - half) for the scale found; returns the d as stored. */
static martlet_half martlet_quantize_symmetric(const float *source, int half, uint8_t quants[32]) {
    struct martlet_group group;
    martlet_load_group(&group, source);
    martlet_half d = martlet_half_of_float(martlet_search_scale(group.x, group.w, MARTLET_BLOCK, half));
    float inverse = martlet_inverse(martlet_float_of_half(d));
    for (int j = 0; j < MARTLET_BLOCK; j++) {
        quants[j] = (uint8_t)(martlet_quant(group.x[j], inverse, -half, half - 1) + half);
    }
    return d;
}

/* q of x ~ d q + m for the scale and minimum found; writes d and m as stored. */
static void martlet_quantize_affine(const float *source, int top, martlet_half *d, martlet_half *m,
                                    uint8_t quants[32]) {
    struct martlet_group group;
    martlet_load_group(&group, source);
    struct martlet_affine affine = martlet_search_affine(group.x, group.w, MARTLET_BLOCK, top, false);
    *d = martlet_half_of_float(affine.scale);
    *m = martlet_half_of_float(fmaxf(-65504, fminf(65504, affine.minimum)));
    float inverse = martlet_inverse(martlet_float_of_half(*d)), minimum = martlet_float_of_half(*m);
    for (int j = 0; j < MARTLET_BLOCK; j++) {
        quants[j] = (uint8_t)martlet_quant(group.x[j] - minimum, inverse, 0, top);
    }
}

/* x ~ d (q - 8); count % 32 == 0; see quantize.h. */
void martlet_quantize_q4_0_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_q4_0 *block = destination;
    uint8_t quants[MARTLET_BLOCK];
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        block->d = martlet_quantize_symmetric(x, 8, quants);
        martlet_pack_nibbles(quants, block->qs);
    }
}

/* x ~ d q + m; count % 32 == 0; see quantize.h. */
void martlet_quantize_q4_1_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_q4_1 *block = destination;
    uint8_t quants[MARTLET_BLOCK];
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        martlet_quantize_affine(x, 15, &block->d, &block->m, quants);
        martlet_pack_nibbles(quants, block->qs);
    }
}

/* x ~ d (q - 16); count % 32 == 0; see quantize.h. */
void martlet_quantize_q5_0_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_q5_0 *block = destination;
    uint8_t quants[MARTLET_BLOCK];
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        block->d = martlet_quantize_symmetric(x, 16, quants);
        martlet_pack_nibbles(quants, block->qs);
        martlet_pack_fifth_bits(quants, block->qh);
    }
}

/* x ~ d q + m; count % 32 == 0; see quantize.h. */
void martlet_quantize_q5_1_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_q5_1 *block = destination;
    uint8_t quants[MARTLET_BLOCK];
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        martlet_quantize_affine(x, 31, &block->d, &block->m, quants);
        martlet_pack_nibbles(quants, block->qs);
        martlet_pack_fifth_bits(quants, block->qh);
    }
}

/* x ~ d q, d = max|x| / 127; count % 32 == 0; see quantize.h. */
void martlet_quantize_q8_0_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_q8_0 *block = destination;
    for (const float *values = source; values < source + count; values += MARTLET_BLOCK, block++) {
        float x[MARTLET_BLOCK], peak = 0;
        martlet_clean_values(values, x, MARTLET_BLOCK);
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            peak = fmaxf(peak, fabsf(x[j]));
        }
        block->d = martlet_half_of_float(peak / 127);
        float inverse = martlet_inverse(martlet_float_of_half(block->d));
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            block->qs[j] = (int8_t)martlet_quant(x[j], inverse, -127, 127);
        }
    }
}

/* x ~ d table[q]; count % 32 == 0; see quantize.h. */
void martlet_quantize_iq4_nl_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    struct martlet_block_iq4_nl *block = destination;
    uint8_t quants[MARTLET_BLOCK];
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        struct martlet_group group;
        martlet_load_group(&group, x);
        block->d = martlet_half_of_float(martlet_search_iq4_scale(group.x, group.w, MARTLET_BLOCK));
        float inverse = martlet_inverse(martlet_float_of_half(block->d));
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            quants[j] = (uint8_t)martlet_nearest_iq4(group.x[j] * inverse);
        }
        martlet_pack_nibbles(quants, block->qs);
    }
}

/* x ~ d (s - 32) table[q]; count % 256 == 0; see quantize.h. */
void martlet_quantize_iq4_xs_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    struct martlet_block_iq4_xs *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_SUPER_BLOCK, block++) {
        struct martlet_group groups[8];
        float scales[8], extreme = 0;
        for (int g = 0; g < 8; g++) {
            martlet_load_group(&groups[g], x + g * 32);
            scales[g] = martlet_search_iq4_scale(groups[g].x, groups[g].w, MARTLET_BLOCK);
            extreme = fabsf(scales[g]) > fabsf(extreme) ? scales[g] : extreme;
        }
        memset(block, 0, sizeof *block);
        block->d = martlet_half_of_float(extreme / -32);
        float d = martlet_float_of_half(block->d), inverse = martlet_inverse(d);
        for (int g = 0; g < 8; g++) {
            int s = martlet_quant(scales[g], inverse, -32, 31) + 32;
            block->scales_l[g / 2] |= (uint8_t)((s & 15) << (4 * (g % 2)));
            block->scales_h |= (uint16_t)(s >> 4 << (2 * g));
            float factor = martlet_inverse(d * (float)(s - 32));
            uint8_t quants[MARTLET_BLOCK];
            for (int j = 0; j < MARTLET_BLOCK; j++) {
                quants[j] = (uint8_t)martlet_nearest_iq4(groups[g].x[j] * factor);
            }
            martlet_pack_nibbles(quants, block->qs + g * 16);
        }
    }
}
