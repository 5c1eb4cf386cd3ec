/*
 * The slow twins of the matrix product and of activation quantisation, and the sizes that both sides agree on.
 */
#include <assert.h>
#include <math.h>
#include <string.h>


#include "dequantize.h"
#include "matmul.h"

enum martlet_activation_kind martlet_activation_kind_of(enum martlet_format format) {
    switch (format) {
    case MARTLET_F32:
    case MARTLET_F16:
    case MARTLET_BF16:
        return MARTLET_ACTIVATION_F32;
    default:
        return MARTLET_ACTIVATION_Q8;
    }
}

size_t martlet_activation_row_bytes(enum martlet_activation_kind kind, size_t columns) {
    size_t bytes = kind == MARTLET_ACTIVATION_F32
                       ? columns * sizeof(float)
                       : martlet_activation_blocks(columns) * MARTLET_ACTIVATION_BLOCK_BYTES;
    if (kind == MARTLET_ACTIVATION_Q8_APART) bytes += MARTLET_OUTLIERS * sizeof(struct martlet_outlier);
    return (bytes + 63) / 64 * 64;
}

/*
 * Every format unpacks a panel of MARTLET_ROW_TILE rows by at most MARTLET_PANEL_COLUMNS columns: a byte per value,
 * a scale and a minimum (floats) per 16; float formats take panels of a quarter of the columns.
 */
size_t martlet_matmul_scratch_bytes(enum martlet_format format, size_t columns) {
    (void)format;
    const size_t rounded = (columns + 255) / 256 * 256;
    const size_t panel = rounded < MARTLET_PANEL_COLUMNS ? rounded : MARTLET_PANEL_COLUMNS;
    return MARTLET_ROW_TILE * panel * 2 + MARTLET_ROW_TILE * 1024;
}

size_t martlet_unpacked_bytes_none(enum martlet_format format, size_t columns) {
    (void)format;
    (void)columns;
    return 0;
}

void martlet_unpack_none(const struct martlet_matmul *operation, void *unpacked) {
    (void)operation;
    (void)unpacked;
}

/* One row -> int8 blocks; martlet_activations.h has the rules. */
void martlet_quantize_activation_reference(const float *x, size_t columns, void *row) {
    assert(columns % 32 == 0);
    const size_t blocks = martlet_activation_blocks(columns);
    const struct martlet_activation_row parts = martlet_activation_row_at(row, columns);

    /* Magnitudes compare as integers: the order is that of the values, with infinity and NaN on top. */
    uint32_t largest_bits = 0;
    for (size_t k = 0; k < columns; k++) {
        uint32_t bits;
        memcpy(&bits, x + k, sizeof bits);
        bits &= 0x7fffffff;
        if (bits > largest_bits) largest_bits = bits;
    }
    float row_largest;
    memcpy(&row_largest, &largest_bits, sizeof row_largest);
    const int finite = largest_bits < 0x7f800000;
    const int zero = finite && row_largest < MARTLET_ACTIVATION_SMALLEST;

    float previous = 0;
    for (size_t b = 0; b < blocks; b++) {
        const size_t start = b * MARTLET_ACTIVATION_BLOCK;
        const size_t count = columns - start < MARTLET_ACTIVATION_BLOCK ? columns - start : MARTLET_ACTIVATION_BLOCK;
        memset(parts.q + start, 0, MARTLET_ACTIVATION_BLOCK);
        if (finite && !zero) {
            float largest = row_largest * MARTLET_ACTIVATION_FLOOR;
            for (size_t k = start; k < start + count; k++) {
                const float magnitude = fabsf(x[k]);
                if (magnitude > largest) largest = magnitude;
            }
            const float inverse = 127.0f / largest;
            for (size_t k = start; k < start + count; k++) {
                /* |x| <= largest, so the product is at most 127 and one rounding: it never reaches 127.5. */
                parts.q[k] = (int8_t)lrintf(x[k] * inverse);
            }
            parts.scale[b] = largest / 127.0f;
            parts.ratio[b] = b == 0 ? 1.0f : previous / parts.scale[b];
            previous = parts.scale[b];
        } else {
            parts.scale[b] = finite ? 0.0f : NAN;
            parts.ratio[b] = 1.0f;
        }
        for (size_t j = b * 8; j < b * 8 + 8; j++) {
            int32_t sum = 0;
            for (size_t k = 0; k < 16; k++) sum += parts.q[j * 16 + k];
            parts.sum16[j] = (int16_t)sum;
            parts.bias16[j] = -128 * sum;
        }
        for (size_t j = b * 4; j < b * 4 + 4; j++) {
            parts.bias32[j] = parts.bias16[2 * j] + parts.bias16[2 * j + 1];
        }
    }
}

/* Outliers, bytes of what is left, bytes of what those leave. */
void martlet_quantize_activation_apart(const struct martlet_kernels *kernels, float *x, size_t columns, void *row,
                                       void *residue, float *scratch) {
    assert(residue == NULL || scratch != NULL);
    struct martlet_outlier *outliers = martlet_outliers_at(row, columns);
    const size_t count = kernels->take_outliers(x, columns, outliers);
    kernels->quantize_activation(x, columns, row);
    if (residue != NULL) {
        kernels->activation_residue(x, row, columns, scratch);
        kernels->quantize_activation(scratch, columns, residue);
    }
    for (size_t i = 0; i < count; i++) {
        x[outliers[i].column] = outliers[i].value;
    }
}

/* Weights unpacked at a time; a multiple of every block length. */
#define CHUNK 256
/* Rows of activations that share an unpacked chunk. */
#define ROWS 32

static void multiply_chunk(const struct martlet_matmul *operation, const float *weights, size_t start, size_t count,
                           size_t first, size_t rows, double *sums) {
    for (size_t t = 0; t < rows; t++) {
        const char *row = (const char *)operation->activations + (first + t) * operation->activation_row_bytes;
        double sum = sums[t];
        if (martlet_activation_kind_of(operation->format) == MARTLET_ACTIVATION_F32) {
            assert(!operation->has_outliers && !operation->adds);
            const float *x = (const float *)row + start;
            for (size_t k = 0; k < count; k++) sum += (double)weights[k] * x[k];
        } else {
            const struct martlet_activation_row parts = martlet_activation_row_at(row, operation->columns);
            for (size_t k = 0; k < count; k++) {
                const double scale = parts.scale[(start + k) / MARTLET_ACTIVATION_BLOCK];
                sum += scale * parts.q[start + k] * weights[k];
            }
            const struct martlet_outlier *outliers = martlet_outliers_at(row, operation->columns);
            for (size_t i = 0; operation->has_outliers && i < MARTLET_OUTLIERS; i++) {
                const size_t k = outliers[i].column - start;
                if (k < count) sum += (double)outliers[i].value * weights[k];
            }
        }
        sums[t] = sum;
    }
}

/* y[t][r] = sum_k W[r][k] x[t][k]; any R and T, K a multiple of the block length. */
void martlet_matmul_reference(const struct martlet_matmul *operation) {
    const struct martlet_format_traits *traits = martlet_format_traits_of(operation->format);
    assert(traits != NULL && operation->columns % traits->block_length == 0);
    float weights[CHUNK];
    for (size_t r = 0; r < operation->rows; r++) {
        const char *row = (const char *)operation->weights + r * operation->weight_row_bytes;
        for (size_t first = 0; first < operation->activation_rows; first += ROWS) {
            const size_t left = operation->activation_rows - first;
            const size_t rows = left < ROWS ? left : ROWS;
            double sums[ROWS] = {0};
            for (size_t start = 0; start < operation->columns; start += CHUNK) {
                const size_t rest = operation->columns - start;
                const size_t count = rest < CHUNK ? rest : CHUNK;
                const void *source = row + start / traits->block_length * traits->block_bytes;
                martlet_dequantize_reference(operation->format, source, weights, count);
                multiply_chunk(operation, weights, start, count, first, rows, sums);
            }
            for (size_t t = 0; t < rows; t++) {
                float *y = operation->output + (first + t) * operation->output_stride + r;
                *y = (float)(operation->adds ? *y + sums[t] : sums[t]);
            }
        }
    }
}
