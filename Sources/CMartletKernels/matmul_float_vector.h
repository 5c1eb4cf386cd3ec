/*
 * The product with F32, F16 and BF16 weights over the vectors of one instruction set.
 *
 * Four weight rows become floats, up to 256 columns at a time, and are multiplied with two or
 * four activation rows at a time in registers.
 */
#include "dequantize.h"

#define FLOAT_ROWS 4
#define FLOAT_TOKENS (VECTOR_WIDTH == 8 ? 2 : 4)
#define FLOAT_COLUMNS 256

/* y[t][row + r] (+)= w[r] . x[t] over some columns; columns % 32 != 0 is possible here. */
V_INLINE void v_multiply_floats(const int count, const float *const weights[FLOAT_ROWS], const float *x, size_t stride,
                                size_t columns, float *y, size_t y_stride, size_t rows, bool accumulate) {
    vector sums[4][FLOAT_ROWS];
    for (int t = 0; t < count; t++) {
        for (int r = 0; r < FLOAT_ROWS; r++) {
            sums[t][r] = v_set(0);
        }
    }
    size_t k = 0;
    for (; k + VECTOR_WIDTH <= columns; k += VECTOR_WIDTH) {
        vector w[FLOAT_ROWS];
        for (int r = 0; r < FLOAT_ROWS; r++) {
            w[r] = v_load(weights[r] + k);
        }
        for (int t = 0; t < count; t++) {
            const vector a = v_load(x + (size_t)t * stride + k);
            for (int r = 0; r < FLOAT_ROWS; r++) {
                sums[t][r] = v_fma(w[r], a, sums[t][r]);
            }
        }
    }
    if (k < columns) {
        for (int t = 0; t < count; t++) {
            const vector a = v_load_partial(x + (size_t)t * stride + k, columns - k);
            for (int r = 0; r < FLOAT_ROWS; r++) {
                sums[t][r] = v_fma(v_load_partial(weights[r] + k, columns - k), a, sums[t][r]);
            }
        }
    }
    for (int t = 0; t < count; t++) {
        float four[FLOAT_ROWS];
        v_store_sums(four, sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
        for (size_t r = 0; r < rows; r++) {
            float *at = y + (size_t)t * y_stride + r;
            *at = accumulate ? *at + four[r] : four[r];
        }
    }
}

/* y[t][r] = sum_k W[r][k] x[t][k]; see struct martlet_matmul. */
void VECTOR_NAME(matmul_float)(const struct martlet_matmul *operation) {
    const size_t bytes = martlet_format_traits_of((uint32_t)operation->format)->block_bytes;
    const size_t stride = operation->activation_row_bytes / sizeof(float);
    for (size_t row = 0; row < operation->rows; row += FLOAT_ROWS) {
        const size_t rows = operation->rows - row < FLOAT_ROWS ? operation->rows - row : FLOAT_ROWS;
        for (size_t start = 0; start < operation->columns; start += FLOAT_COLUMNS) {
            const size_t rest = operation->columns - start;
            const size_t columns = rest < FLOAT_COLUMNS ? rest : FLOAT_COLUMNS;
            float unpacked[FLOAT_ROWS][FLOAT_COLUMNS];
            const float *weights[FLOAT_ROWS];
            const uint8_t *group = (const uint8_t *)operation->weights + row * operation->weight_row_bytes;
            for (size_t r = 0; r < FLOAT_ROWS; r++) {
                const size_t index = r < rows ? row + r : row;
                const uint8_t *source = (const uint8_t *)operation->weights + index * operation->weight_row_bytes;
                martlet_prefetch(group, FLOAT_ROWS * operation->weight_row_bytes,
                                 start / FLOAT_COLUMNS * FLOAT_ROWS + r, columns * bytes);
                VECTOR_NAME(dequantize)(operation->format, source + start * bytes, unpacked[r], columns);
                weights[r] = unpacked[r];
            }
            const float *x = (const float *)operation->activations + start;
            for (size_t token = 0; token < operation->activation_rows;) {
                float *y = operation->output + token * operation->output_stride + row;
                const float *input = x + token * stride;
                if (operation->activation_rows - token < FLOAT_TOKENS) {
                    v_multiply_floats(1, weights, input, stride, columns, y, operation->output_stride, rows, start > 0);
                    token += 1;
                } else {
                    v_multiply_floats(FLOAT_TOKENS, weights, input, stride, columns, y, operation->output_stride, rows,
                                      start > 0);
                    token += FLOAT_TOKENS;
                }
            }
        }
    }
}
