/* The AVX-512 VNNI product: which shape runs, and the quantisation of its activations. */
#if defined(__x86_64__)

#include <assert.h>
#include <string.h>

#include "avx512.h"
#include "gemm_avx512.h"
#include "gemv_avx512.h"
#include "matmul.h"

/* From this many tokens on, unpacking a panel for the tiled product costs less than it saves; measured on Zen 4. */
static size_t smallest_tiled(const struct martlet_matmul *operation) {
    const bool is_wide = operation->format == MARTLET_Q8_0 || operation->format == MARTLET_Q6_K;
    return is_wide && operation->unpacked == NULL ? 5 : 3;
}

static const struct martlet_gemv_avx512 *gemv_of(enum martlet_format format) {
    switch (format) {
    case MARTLET_Q4_0:
        return &martlet_gemv_q4_0_avx512;
    case MARTLET_Q4_1:
        return &martlet_gemv_q4_1_avx512;
    case MARTLET_Q5_0:
        return &martlet_gemv_q5_0_avx512;
    case MARTLET_Q5_1:
        return &martlet_gemv_q5_1_avx512;
    case MARTLET_Q8_0:
        return &martlet_gemv_q8_0_avx512;
    case MARTLET_Q2_K:
        return &martlet_gemv_q2_k_avx512;
    case MARTLET_Q3_K:
        return &martlet_gemv_q3_k_avx512;
    case MARTLET_Q4_K:
        return &martlet_gemv_q4_k_avx512;
    case MARTLET_Q5_K:
        return &martlet_gemv_q5_k_avx512;
    case MARTLET_Q6_K:
        return &martlet_gemv_q6_k_avx512;
    case MARTLET_IQ4_NL:
        return &martlet_gemv_iq4_nl_avx512;
    case MARTLET_IQ4_XS:
        return &martlet_gemv_iq4_xs_avx512;
    default:
        return NULL;
    }
}

void martlet_gemv_avx512vnni(const struct martlet_matmul *operation) {
    const struct martlet_gemv_avx512 *gemv = gemv_of(operation->format);
    assert(gemv != NULL);
    /* What the steps' own prefetching, which runs ahead, leaves out. */
    const size_t group_bytes = MARTLET_GEMV_ROWS(1) * operation->weight_row_bytes;
    const size_t total_bytes = operation->rows * operation->weight_row_bytes;
    const size_t first_bytes = group_bytes + MARTLET_PREFETCH_AHEAD;
    for (size_t i = 0; i < first_bytes && i < total_bytes; i += 64) {
        _mm_prefetch((const char *)operation->weights + i, _MM_HINT_T1);
    }
    for (size_t token = 0; token < operation->activation_rows;) {
        const size_t left = operation->activation_rows - token;
        const size_t count = left < MARTLET_GEMV_TOKENS ? left : MARTLET_GEMV_TOKENS;
        for (size_t row = 0; row < operation->rows; row += MARTLET_GEMV_ROWS(count)) {
            gemv->steps[count - 1](operation, row, token);
        }
        token += count;
    }
}

/* y[t][r] = sum_k W[r][k] x[t][k]; see struct martlet_matmul. */
void martlet_matmul_avx512vnni(const struct martlet_matmul *operation) {
    if (martlet_activation_kind_of(operation->format) == MARTLET_ACTIVATION_F32) {
        martlet_matmul_float_avx512(operation);
    } else if (operation->activation_rows < smallest_tiled(operation)) {
        martlet_gemv_avx512vnni(operation);
    } else {
        martlet_gemm_avx512vnni(operation);
    }
}

MARTLET_AVX512_BEGIN

/* The largest magnitude of `count` floats as bits: infinity and NaN come out on top. count % 16 == 0. */
MARTLET_INLINE uint32_t largest_bits(const float *x, size_t count) {
    __m512i most = _mm512_setzero_si512();
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    for (size_t k = 0; k < count; k += 16) {
        most = _mm512_max_epu32(most, _mm512_and_si512(_mm512_loadu_si512(x + k), magnitude));
    }
    return _mm512_reduce_max_epu32(most);
}

/* One row -> int8 blocks, bit for bit as martlet_quantize_activation_reference. */
void martlet_quantize_activation_avx512vnni(const float *x, size_t columns, void *row) {
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
        const __m512 inverse = _mm512_set1_ps(127.0f / largest);
        for (size_t i = 0; i < 8; i++) {
            __m512i q = _mm512_setzero_si512();
            if (i * 16 < count) {
                q = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x + start + i * 16), inverse));
            }
            _mm_store_si128((__m128i *)(void *)(parts.q + start + i * 16), _mm512_cvtepi32_epi8(q));
            const int32_t sum = _mm512_reduce_add_epi32(q);
            parts.bias16[b * 8 + i] = -128 * sum;
            parts.sum16[b * 8 + i] = (int16_t)sum;
        }
        for (size_t i = 0; i < 4; i++) {
            parts.bias32[b * 4 + i] = parts.bias16[b * 8 + 2 * i] + parts.bias16[b * 8 + 2 * i + 1];
        }
        parts.scale[b] = largest / 127.0f;
        parts.ratio[b] = b == 0 ? 1.0f : previous / parts.scale[b];
        previous = parts.scale[b];
    }
}

MARTLET_AVX512_END

#endif
