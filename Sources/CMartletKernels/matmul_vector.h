/*
 * The matrix product with one instruction set's registers: the body of matmul_{avx2,neon,neondot}.c, included after
 * vector_*.h, unpack_vector.h and products_*.h.
 */
/* In the order of use. */
#include "gemv_vector.h"
#include "gemm_vector.h"

/* From this many tokens on, unpacking a panel for the tiled product costs less than it saves. */
#define SMALLEST_TILED 5

/* y[t][r] = sum_k W[r][k] x[t][k]; see struct martlet_matmul. */
void PRODUCT_NAME(matmul)(const struct martlet_matmul *operation) {
    const struct martlet_format_traits *traits = martlet_format_traits_of((uint32_t)operation->format);
    assert(traits != NULL && operation->columns % traits->block_length == 0);
    assert(operation->weights != NULL && operation->activations != NULL && operation->output != NULL);
    (void)traits;
    if (martlet_activation_kind_of(operation->format) == MARTLET_ACTIVATION_F32) {
        assert(!operation->has_outliers && !operation->adds);
        VECTOR_NAME(matmul_float)(operation);
    } else if (!operation->has_outliers && !operation->adds && operation->activation_rows < SMALLEST_TILED) {
        gemv(operation);
    } else {
        gemm(operation);
    }
}

/* The largest magnitude of `count` floats as bits: infinity and NaN come out on top. */
V_INLINE uint32_t largest_bits(const float *x, size_t count) {
    uint32_t most = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t bits;
        memcpy(&bits, x + k, sizeof bits);
        bits &= 0x7fffffff;
        most = bits > most ? bits : most;
    }
    return most;
}

/* One row -> int8 blocks, bit for bit as martlet_quantize_activation_reference. K % 32 == 0. */
void PRODUCT_NAME(quantize_activation)(const float *x, size_t columns, void *row) {
    assert(columns % 32 == 0);
    const uint32_t row_bits = largest_bits(x, columns);
    float row_largest;
    memcpy(&row_largest, &row_bits, sizeof row_largest);
    if (row_bits >= 0x7f800000 || row_largest < MARTLET_ACTIVATION_SMALLEST) {
        martlet_quantize_activation_reference(x, columns, row);
        return;
    }
    const struct martlet_activation_row parts = martlet_activation_row_at(row, columns);
    const float floor = row_largest * MARTLET_ACTIVATION_FLOOR;
    float previous = 0;
    for (size_t b = 0, start = 0; start < columns; b++, start += MARTLET_ACTIVATION_BLOCK) {
        const size_t rest = columns - start;
        const size_t count = rest < MARTLET_ACTIVATION_BLOCK ? rest : MARTLET_ACTIVATION_BLOCK;
        const uint32_t block_bits = largest_bits(x + start, count);
        float block_largest;
        memcpy(&block_largest, &block_bits, sizeof block_largest);
        const float largest = block_largest > floor ? block_largest : floor;
        const vector inverse = v_set(127.0f / largest);
        for (size_t k = 0; k < count; k += VECTOR_WIDTH) {
            v_store_int8(parts.q + start + k, v_mul(v_load(x + start + k), inverse));
        }
        memset(parts.q + start + count, 0, MARTLET_ACTIVATION_BLOCK - count);
        for (size_t i = b * 8; i < b * 8 + 8; i++) {
            int32_t sum = 0;
            for (size_t k = 0; k < 16; k++) {
                sum += parts.q[i * 16 + k];
            }
            parts.sum16[i] = (int16_t)sum;
            parts.bias16[i] = -128 * sum;
        }
        for (size_t i = b * 4; i < b * 4 + 4; i++) {
            parts.bias32[i] = parts.bias16[2 * i] + parts.bias16[2 * i + 1];
        }
        parts.scale[b] = largest / 127.0f;
        parts.ratio[b] = b == 0 ? 1.0f : previous / parts.scale[b];
        previous = parts.scale[b];
    }
}
