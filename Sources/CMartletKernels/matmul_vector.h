/*
 * The quantised product over the vectors of one instruction set: the body of matmul_{avx2,neon}.c.
 *
 * Two weight rows are unpacked to signed bytes, up to 1024 columns at a time, and multiplied with four activation rows
 * at a time. The file that includes this gives the integer part:
 *   v_dot32(w, a), v_dot16(w, a)     sums of 32 or 16 products of bytes, spread over a vector, as floats
 *   v_add_minima(m, b, n, sum)       sum + m[i] * b[i] for n = 4 or 8 floats and integers, spread over a vector
 */

#define PRODUCT_ROWS 2
#define PRODUCT_TOKENS 4

/* sums[r][t] += w[r] . x[t] over `columns` columns from `start` on, in units of the last block's scale. */
V_INLINE void v_multiply_rows(const int count, const size_t sub, const bool has_minimum,
                              const struct martlet_unpacked_row *weights, const struct martlet_activation_row *x,
                              size_t start, size_t columns, float sums[PRODUCT_TOKENS][PRODUCT_ROWS]) {
    vector total[PRODUCT_ROWS][PRODUCT_TOKENS];
    for (int r = 0; r < PRODUCT_ROWS; r++) {
        for (int t = 0; t < count; t++) {
            total[r][t] = v_set(0);
        }
    }
    size_t block = start / MARTLET_ACTIVATION_BLOCK;
    for (size_t k = 0; k < columns; k += MARTLET_ACTIVATION_BLOCK, block++) {
        if (k > 0) {
            for (int t = 0; t < count; t++) {
                const vector ratio = v_set(x[t].ratio[block]);
                for (int r = 0; r < PRODUCT_ROWS; r++) {
                    total[r][t] = v_mul(total[r][t], ratio);
                }
            }
        }
        const size_t end = columns - k < MARTLET_ACTIVATION_BLOCK ? columns : k + MARTLET_ACTIVATION_BLOCK;
        for (size_t i = k; i < end; i += sub) {
            for (int t = 0; t < count; t++) {
                for (int r = 0; r < PRODUCT_ROWS; r++) {
                    const int8_t *q = weights[r].q + i, *a = x[t].q + start + i;
                    const vector product = sub == 32 ? v_dot32(q, a) : v_dot16(q, a);
                    total[r][t] = v_fma(product, v_set(weights[r].scale[i / sub]), total[r][t]);
                }
            }
        }
        if (has_minimum) {
            for (int t = 0; t < count; t++) {
                const int32_t *bias = sub == 32 ? x[t].bias32 + block * 4 : x[t].bias16 + block * 8;
                for (int r = 0; r < PRODUCT_ROWS; r++) {
                    total[r][t] = v_add_minima(weights[r].minimum + k / sub, bias, 128 / sub, total[r][t]);
                }
            }
        }
    }
    for (int t = 0; t < count; t++) {
        for (int r = 0; r < PRODUCT_ROWS; r++) {
            sums[t][r] = v_sum(total[r][t]) * x[t].scale[block - 1];
        }
    }
}

#define PRODUCT(COUNT, SUB, MINIMUM)                                                                                   \
    static void v_multiply_##COUNT##_##SUB##_##MINIMUM(                                                                \
        const struct martlet_unpacked_row *weights, const struct martlet_activation_row *x, size_t start,              \
        size_t columns, float sums[PRODUCT_TOKENS][PRODUCT_ROWS]) {                                                    \
        v_multiply_rows(COUNT, SUB, MINIMUM, weights, x, start, columns, sums);                                        \
    }
PRODUCT(1, 16, 0)
PRODUCT(1, 16, 1)
PRODUCT(1, 32, 0)
PRODUCT(1, 32, 1)
PRODUCT(4, 16, 0)
PRODUCT(4, 16, 1)
PRODUCT(4, 32, 0)
PRODUCT(4, 32, 1)

typedef void (*v_multiply)(const struct martlet_unpacked_row *weights, const struct martlet_activation_row *x,
                           size_t start, size_t columns, float sums[PRODUCT_TOKENS][PRODUCT_ROWS]);

/* [four tokens][sub == 32][has minimum] */
static const v_multiply v_products[2][2][2] = {
    {{v_multiply_1_16_0, v_multiply_1_16_1}, {v_multiply_1_32_0, v_multiply_1_32_1}},
    {{v_multiply_4_16_0, v_multiply_4_16_1}, {v_multiply_4_32_0, v_multiply_4_32_1}},
};

/* Columns [start, start + columns) of two rows for all tokens; sets y at start 0 and adds to it later. */
static void v_multiply_slice(const struct martlet_matmul *operation, const struct martlet_unpacked_row *weights,
                             size_t row, size_t start, size_t columns) {
    const size_t rows = operation->rows - row < PRODUCT_ROWS ? operation->rows - row : PRODUCT_ROWS;
    const bool is32 = martlet_row_sub(operation->format) == 32;
    const bool has_minimum = martlet_row_has_minimum(operation->format);
    for (size_t token = 0; token < operation->activation_rows;) {
        const size_t count = operation->activation_rows - token < PRODUCT_TOKENS ? 1 : PRODUCT_TOKENS;
        struct martlet_activation_row x[PRODUCT_TOKENS];
        for (size_t t = 0; t < count; t++) {
            const char *first = operation->activations;
            x[t] = martlet_activation_row_at(first + (token + t) * operation->activation_row_bytes, operation->columns);
        }
        float sums[PRODUCT_TOKENS][PRODUCT_ROWS];
        v_products[count == PRODUCT_TOKENS][is32][has_minimum](weights, x, start, columns, sums);
        for (size_t t = 0; t < count; t++) {
            float *y = operation->output + (token + t) * operation->output_stride + row;
            for (size_t r = 0; r < rows; r++) {
                y[r] = start == 0 ? sums[t][r] : y[r] + sums[t][r];
            }
        }
        token += count;
    }
}

/* y[t][r] = sum_k W[r][k] x[t][k]; see struct martlet_matmul. */
void VECTOR_NAME(matmul)(const struct martlet_matmul *operation) {
    if (martlet_activation_kind_of(operation->format) == MARTLET_ACTIVATION_F32) {
        VECTOR_NAME(matmul_float)(operation);
        return;
    }
    assert(operation->columns % 32 == 0 && operation->activation_rows > 0);
    const struct martlet_format_traits *traits = martlet_format_traits_of((uint32_t)operation->format);
    struct martlet_unpacked_row weights[PRODUCT_ROWS];
    memset(weights, 0, sizeof weights);
    for (size_t row = 0; row < operation->rows; row += PRODUCT_ROWS) {
        for (size_t start = 0; start < operation->columns; start += MARTLET_ROW_COLUMNS) {
            const size_t rest = operation->columns - start;
            const size_t columns = rest < MARTLET_ROW_COLUMNS ? rest : MARTLET_ROW_COLUMNS;
            const uint8_t *group = (const uint8_t *)operation->weights + row * operation->weight_row_bytes;
            for (size_t r = 0; r < PRODUCT_ROWS; r++) {
                const size_t index = row + r < operation->rows ? row + r : row;
                const uint8_t *source = (const uint8_t *)operation->weights + index * operation->weight_row_bytes;
                source += start / traits->block_length * traits->block_bytes;
                martlet_prefetch(group, PRODUCT_ROWS * operation->weight_row_bytes,
                                 start / MARTLET_ROW_COLUMNS * PRODUCT_ROWS + r,
                                 columns / traits->block_length * traits->block_bytes);
                martlet_unpack_row(operation->format, source, columns, &weights[r]);
                if (columns % MARTLET_ACTIVATION_BLOCK != 0) {
                    /* Of a last, partial block (groups of 32) all four minima are read. */
                    memset(weights[r].minimum + columns / 32, 0, 4 * sizeof(float));
                }
            }
            v_multiply_slice(operation, weights, row, start, columns);
        }
    }
}

/* One row -> int8 blocks, bit for bit as martlet_quantize_activation_reference. */
void VECTOR_NAME(quantize_activation)(const float *x, size_t columns, void *row) {
    assert(columns % 32 == 0);
    uint32_t row_bits = 0;
    for (size_t k = 0; k < columns; k++) {
        const uint32_t bits = martlet_bits_of_float(x[k]) & 0x7fffffff;
        row_bits = bits > row_bits ? bits : row_bits;
    }
    const float row_largest = martlet_float_of_bits(row_bits);
    if (row_bits >= 0x7f800000 || row_largest < MARTLET_ACTIVATION_SMALLEST) {
        martlet_quantize_activation_reference(x, columns, row);
        return;
    }
    const struct martlet_activation_row parts = martlet_activation_row_at(row, columns);
    float previous = 0;
    for (size_t b = 0, start = 0; start < columns; b++, start += MARTLET_ACTIVATION_BLOCK) {
        const size_t rest = columns - start;
        const size_t count = rest < MARTLET_ACTIVATION_BLOCK ? rest : MARTLET_ACTIVATION_BLOCK;
        vector most = v_set(row_largest * MARTLET_ACTIVATION_FLOOR);
        for (size_t k = 0; k < count; k += VECTOR_WIDTH) {
            most = v_max(most, v_abs(v_load(x + start + k)));
        }
        const float largest = v_greatest(most);
        const vector inverse = v_set(127.0f / largest);
        memset(parts.q + start, 0, MARTLET_ACTIVATION_BLOCK);
        for (size_t k = 0; k < count; k += VECTOR_WIDTH) {
            v_store_int8(parts.q + start + k, v_mul(v_load(x + start + k), inverse));
        }
        for (size_t j = b * 8; j < b * 8 + 8; j++) {
            int32_t sum = 0;
            for (size_t k = 0; k < 16; k++) {
                sum += parts.q[j * 16 + k];
            }
            parts.sum16[j] = (int16_t)sum;
            parts.bias16[j] = -128 * sum;
        }
        for (size_t j = b * 4; j < b * 4 + 4; j++) {
            parts.bias32[j] = parts.bias16[2 * j] + parts.bias16[2 * j + 1];
        }
        parts.scale[b] = largest / 127.0f;
        parts.ratio[b] = b == 0 ? 1.0f : previous / parts.scale[b];
        previous = parts.scale[b];
    }
}
