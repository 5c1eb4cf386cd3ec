/* Reference unpackers of the formats with super-blocks of 256 values. */
#include <assert.h>
#include <stddef.h>

#include "block_layouts.h"
#include "dequantize.h"
#include "half.h"

#pragma STDC FP_CONTRACT OFF

/* y = d s q - dmin m; count % 256 == 0; see dequantize.h. */
void martlet_dequantize_q2_k_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_q2_k *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        float dmin = martlet_float_of_half(block->dmin);
        for (int i = 0; i < MARTLET_SUPER_BLOCK; i++) {
            uint8_t scale = block->scales[i / 16];
            int quant = block->qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
            float factor = d * (float)(scale & 15);
            float minimum = dmin * (float)(scale >> 4);
            y[i] = factor * (float)quant - minimum;
        }
    }
}

/* y = d (s - 32) q; count % 256 == 0; see dequantize.h. */
void martlet_dequantize_q3_k_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_q3_k *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int i = 0; i < MARTLET_SUPER_BLOCK; i++) {
            int quant = block->qs[i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
            int is_high = block->hmask[i % 32] >> (i / 32) & 1;
            float factor = d * (float)(martlet_unpack_q3_k_scale(block->scales, i / 16) - 32);
            y[i] = factor * (float)(quant - (is_high ? 0 : 4));
        }
    }
}

/* y = d s q - dmin m; count % 256 == 0; see dequantize.h. */
void martlet_dequantize_q4_k_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_q4_k *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        float dmin = martlet_float_of_half(block->dmin);
        for (int g = 0; g < 8; g++) {
            uint8_t scale, minimum;
            martlet_unpack_scale_min(block->scales, g, &scale, &minimum);
            float factor = d * (float)scale;
            float offset = dmin * (float)minimum;
            for (int l = 0; l < 32; l++) {
                int quant = block->qs[g / 2 * 32 + l] >> (g % 2 * 4) & 15;
                y[g * 32 + l] = factor * (float)quant - offset;
            }
        }
    }
}

/* y = d s q - dmin m; count % 256 == 0; see dequantize.h. */
void martlet_dequantize_q5_k_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_q5_k *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        float dmin = martlet_float_of_half(block->dmin);
        for (int g = 0; g < 8; g++) {
            uint8_t scale, minimum;
            martlet_unpack_scale_min(block->scales, g, &scale, &minimum);
            float factor = d * (float)scale;
            float offset = dmin * (float)minimum;
            for (int l = 0; l < 32; l++) {
                int low = block->qs[g / 2 * 32 + l] >> (g % 2 * 4) & 15;
                int quant = low | (block->qh[l] >> g & 1) << 4;
                y[g * 32 + l] = factor * (float)quant - offset;
            }
        }
    }
}

/* y = d s (q - 32); count % 256 == 0; see dequantize.h. */
void martlet_dequantize_q6_k_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_q6_k *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int i = 0; i < MARTLET_SUPER_BLOCK; i++) {
            int half = i / 128, j = i % 128 / 32, l = i % 32;
            int low = block->ql[half * 64 + j % 2 * 32 + l] >> (j / 2 * 4) & 15;
            int quant = low | (block->qh[half * 32 + l] >> (2 * j) & 3) << 4;
            float factor = d * (float)block->scales[i / 16];
            y[i] = factor * (float)(quant - 32);
        }
    }
}

/* y = d (s - 32) table[q]; count % 256 == 0; see dequantize.h. */
void martlet_dequantize_iq4_xs_reference(const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL && count % MARTLET_SUPER_BLOCK == 0);
    const struct martlet_block_iq4_xs *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = martlet_float_of_half(block->d);
        for (int g = 0; g < 8; g++) {
            float factor = d * (float)(martlet_unpack_iq4_xs_scale(block, g) - 32);
            for (int l = 0; l < 32; l++) {
                int nibble = block->qs[g * 16 + l % 16] >> (l / 16 * 4) & 15;
                y[g * 32 + l] = factor * (float)martlet_iq4_values[nibble];
            }
        }
    }
}
