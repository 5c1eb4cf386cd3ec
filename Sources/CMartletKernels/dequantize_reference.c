/* Reference unpackers of the simple formats, and the choice by format number. */
#include "dequantize.h"

#include <assert.h>
#include <string.h>

#include "block_layouts.h"
#include "half.h"

#pragma STDC FP_CONTRACT OFF

/* y = x; source 4-byte aligned; see dequantize.h. */
void martlet_dequantize_f32_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    memcpy(destination, source, count * sizeof(float));
}

/* y = half x; exact; see dequantize.h. */
void martlet_dequantize_f16_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    const uint16_t *halves = source;
    for (size_t i = 0; i < count; i++) {
        destination[i] = martlet_float_of_half(halves[i]);
    }
}

/* y = bfloat x; exact; see dequantize.h. */
void martlet_dequantize_bf16_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    const uint16_t *halves = source;
    for (size_t i = 0; i < count; i++) {
        destination[i] = martlet_float_of_bfloat(halves[i]);
    }
}

/* y = d (q - 8); count % 32 == 0; see dequantize.h. */
void martlet_dequantize_q4_0_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_q4_0 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)((block->qs[j] & 15) - 8);
            y[j + 16] = d * (float)((block->qs[j] >> 4) - 8);
        }
    }
}

/* y = d q + m; count % 32 == 0; see dequantize.h. */
void martlet_dequantize_q4_1_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_q4_1 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        float m = martlet_float_of_half(block->m);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)(block->qs[j] & 15) + m;
            y[j + 16] = d * (float)(block->qs[j] >> 4) + m;
        }
    }
}

/* y = d (q - 16); count % 32 == 0; see dequantize.h. */
void martlet_dequantize_q5_0_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_q5_0 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        uint32_t high;
        memcpy(&high, block->qh, sizeof high);
        for (int j = 0; j < 16; j++) {
            int first = (block->qs[j] & 15) | (int)(high >> j & 1) << 4;
            int second = (block->qs[j] >> 4) | (int)(high >> (j + 16) & 1) << 4;
            y[j] = d * (float)(first - 16);
            y[j + 16] = d * (float)(second - 16);
        }
    }
}

/* y = d q + m; count % 32 == 0; see dequantize.h. */
void martlet_dequantize_q5_1_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_q5_1 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        float m = martlet_float_of_half(block->m);
        uint32_t high;
        memcpy(&high, block->qh, sizeof high);
        for (int j = 0; j < 16; j++) {
            int first = (block->qs[j] & 15) | (int)(high >> j & 1) << 4;
            int second = (block->qs[j] >> 4) | (int)(high >> (j + 16) & 1) << 4;
            y[j] = d * (float)first + m;
            y[j + 16] = d * (float)second + m;
        }
    }
}

/* y = d q; count % 32 == 0; see dequantize.h. */
void martlet_dequantize_q8_0_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_q8_0 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            y[j] = d * (float)block->qs[j];
        }
    }
}

/* y = d table[q]; count % 32 == 0; see dequantize.h. */
void martlet_dequantize_iq4_nl_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_BLOCK == 0);
    const struct martlet_block_iq4_nl *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)martlet_iq4_values[block->qs[j] & 15];
            y[j + 16] = d * (float)martlet_iq4_values[block->qs[j] >> 4];
        }
    }
}

/* y = the values of `count` quants; count a multiple of the format's block length; see dequantize.h. */
void martlet_dequantize_reference(enum martlet_format format, const void *source, float *destination, size_t count) {
    switch (format) {
    case MARTLET_F32: martlet_dequantize_f32_reference(source, destination, count); return;
    case MARTLET_F16: martlet_dequantize_f16_reference(source, destination, count); return;
    case MARTLET_BF16: martlet_dequantize_bf16_reference(source, destination, count); return;
    case MARTLET_Q4_0: martlet_dequantize_q4_0_reference(source, destination, count); return;
    case MARTLET_Q4_1: martlet_dequantize_q4_1_reference(source, destination, count); return;
    case MARTLET_Q5_0: martlet_dequantize_q5_0_reference(source, destination, count); return;
    case MARTLET_Q5_1: martlet_dequantize_q5_1_reference(source, destination, count); return;
    case MARTLET_Q8_0: martlet_dequantize_q8_0_reference(source, destination, count); return;
    case MARTLET_Q2_K: martlet_dequantize_q2_k_reference(source, destination, count); return;
    case MARTLET_Q3_K: martlet_dequantize_q3_k_reference(source, destination, count); return;
    case MARTLET_Q4_K: martlet_dequantize_q4_k_reference(source, destination, count); return;
    case MARTLET_Q5_K: martlet_dequantize_q5_k_reference(source, destination, count); return;
    case MARTLET_Q6_K: martlet_dequantize_q6_k_reference(source, destination, count); return;
    case MARTLET_IQ4_NL: martlet_dequantize_iq4_nl_reference(source, destination, count); return;
    case MARTLET_IQ4_XS: martlet_dequantize_iq4_xs_reference(source, destination, count); return;
    }
    assert(!"a format of the table");
}
