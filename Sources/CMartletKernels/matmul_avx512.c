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
        assert(!operation->has_outliers && !operation->adds);
        martlet_matmul_float_avx512(operation);
    } else if (!operation->has_outliers && !operation->adds &&
               operation->activation_rows < smallest_tiled(operation)) {
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

/* Sixteen floats -> bytes; |x * inverse| <= 127. */
MARTLET_INLINE __m128i quantize_16(const float *x, __m512 inverse) {
    return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x), inverse)));
}

/* The same for 32 floats or 64, as many as `count` has; zeros behind them. */
MARTLET_INLINE __m512i quantize_64(const float *x, size_t count, __m512 inverse) {
    __m512i q = _mm512_zextsi128_si512(quantize_16(x, inverse));
    q = _mm512_inserti32x4(q, quantize_16(x + 16, inverse), 1);
    if (count > 32) {
        q = _mm512_inserti32x4(q, quantize_16(x + 32, inverse), 2);
        q = _mm512_inserti32x4(q, quantize_16(x + 48, inverse), 3);
    }
    return q;
}

/* The sums of each 16 bytes. */
MARTLET_INLINE __m256i sums_of_16(__m512i low, __m512i high) {
    const __m512i ones = _mm512_set1_epi8(1), zero = _mm512_setzero_si512();
    __m512i a = _mm512_dpbusd_epi32(zero, ones, low), b = _mm512_dpbusd_epi32(zero, ones, high);
    a = _mm512_add_epi32(a, _mm512_shuffle_epi32(a, _MM_PERM_BADC));
    b = _mm512_add_epi32(b, _mm512_shuffle_epi32(b, _MM_PERM_BADC));
    a = _mm512_add_epi32(a, _mm512_shuffle_epi32(a, _MM_PERM_CDAB));
    b = _mm512_add_epi32(b, _mm512_shuffle_epi32(b, _MM_PERM_CDAB));
    const __m512i lanes = _mm512_castsi256_si512(_mm256_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28));
    return _mm512_castsi512_si256(_mm512_permutex2var_epi32(a, lanes, b));
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
        const __m512i low = quantize_64(x + start, count, inverse);
        const __m512i high = count > 64 ? quantize_64(x + start + 64, count - 64, inverse) : _mm512_setzero_si512();
        _mm512_store_si512(parts.q + start, low);
        _mm512_store_si512(parts.q + start + 64, high);
        const __m256i sums = sums_of_16(low, high);
        const __m256i biases = _mm256_slli_epi32(_mm256_sub_epi32(_mm256_setzero_si256(), sums), 7);
        /* Neighbours added: 0 + 1, 2 + 3 in either half. */
        const __m256i pairs = _mm256_permute4x64_epi64(_mm256_hadd_epi32(biases, biases), 0x08);
        _mm256_storeu_si256((__m256i *)(void *)(parts.bias16 + b * 8), biases);
        _mm_storeu_si128((__m128i *)(void *)(parts.bias32 + b * 4), _mm256_castsi256_si128(pairs));
        _mm_storeu_si128((__m128i *)(void *)(parts.sum16 + b * 8), _mm256_cvtepi32_epi16(sums));
        parts.scale[b] = largest / 127.0f;
        parts.ratio[b] = b == 0 ? 1.0f : previous / parts.scale[b];
        previous = parts.scale[b];
    }
}

MARTLET_AVX512_END

#endif
