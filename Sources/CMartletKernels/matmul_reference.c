/* The reference matrix product: unpack a run of weights, multiply, add. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "dequantize.h"
#include "matmul.h"

#pragma STDC FP_CONTRACT OFF

size_t martlet_activation_row_bytes(enum martlet_activation_kind kind, size_t columns) {
    size_t bytes = kind == MARTLET_ACTIVATION_F32 ? columns * sizeof(float) : columns + columns / 32 * sizeof(float);
    return (bytes + 63) / 64 * 64;
}

enum martlet_activation_kind martlet_activation_kind_of(enum martlet_format format) {
    (void)format;
    return MARTLET_ACTIVATION_F32;
}

size_t martlet_matmul_scratch_bytes(enum martlet_format format, size_t columns) {
    (void)format;
    (void)columns;
    return 64;
}

/* q = round(x / d), d = max|x| / 127 per 32 columns: the scales first, then the quants; columns % 32 == 0. */
void martlet_quantize_activation_reference(const float *x, size_t columns, void *row) {
    assert(x != NULL && row != NULL && columns % 32 == 0);
    float *scales = row;
    int8_t *quants = (int8_t *)(scales + columns / 32);
    for (size_t block = 0; block < columns / 32; block++) {
        float peak = 0;
        for (size_t j = 0; j < 32; j++) {
            peak = fmaxf(peak, fabsf(x[block * 32 + j]));
        }
        scales[block] = peak / 127;
        for (size_t j = 0; j < 32; j++) {
            quants[block * 32 + j] = peak > 0 ? (int8_t)rintf(x[block * 32 + j] * (127 / peak)) : 0;
        }
    }
}

/* y[t][r] = sum_k W[r][k] x[t][k], accumulated in double; see struct martlet_matmul. */
void martlet_matmul_reference(const struct martlet_matmul *operation) {
    assert(operation->weights != NULL && operation->activations != NULL && operation->output != NULL);
    const struct martlet_format_traits *traits = martlet_format_traits_of((uint32_t)operation->format);
    assert(traits != NULL && operation->columns % traits->block_length == 0);
    float unpacked[256];
    size_t step = traits->block_length == 1 ? 256 : traits->block_length;
    for (size_t r = 0; r < operation->rows; r++) {
        const uint8_t *weights = (const uint8_t *)operation->weights + r * operation->weight_row_bytes;
        for (size_t t = 0; t < operation->activation_rows; t++) {
            const uint8_t *activations = operation->activations;
            const float *x = (const float *)(const void *)(activations + t * operation->activation_row_bytes);
            double sum = 0;
            for (size_t k = 0; k < operation->columns; k += step) {
                size_t count = operation->columns - k < step ? operation->columns - k : step;
                const uint8_t *run = weights + k / traits->block_length * traits->block_bytes;
                martlet_dequantize_reference(operation->format, run, unpacked, count);
                for (size_t j = 0; j < count; j++) {
                    sum += (double)unpacked[j] * (double)x[k + j];
                }
            }
            operation->output[t * operation->output_stride + r] = (float)sum;
        }
    }
}
