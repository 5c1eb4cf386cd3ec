/*
 * The product for few tokens (AVX-512 VNNI): weights stream from memory once, each unpacked value is used for up to
 * MARTLET_GEMV_TOKENS activation rows, and a few weight rows at a time share what is computed from the activations.
 */
#ifndef MARTLET_GEMV_AVX512_H
#define MARTLET_GEMV_AVX512_H

#include "avx512.h"
#include "matmul.h"

/* Tokens in one pass over the weights. */
#define MARTLET_GEMV_TOKENS 4

/* Rows [row, row + 4 or 2) for tokens [token, token + 1, 2, 3 or 4). */
typedef void (*martlet_gemv_step)(const struct martlet_matmul *operation, size_t row, size_t token);

/* The steps of a format, for 1, 2, 3 and 4 tokens; 4 rows each for one or two tokens, 2 rows for more. */
struct martlet_gemv_avx512 {
    martlet_gemv_step steps[MARTLET_GEMV_TOKENS];
};
#define MARTLET_GEMV_ROWS(TOKENS) ((TOKENS) <= 2 ? 4 : 2)

extern const struct martlet_gemv_avx512 martlet_gemv_q4_0_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q4_1_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q5_0_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q5_1_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q8_0_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_iq4_nl_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q2_k_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q3_k_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q4_k_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q5_k_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_q6_k_avx512;
extern const struct martlet_gemv_avx512 martlet_gemv_iq4_xs_avx512;

/* y = W x, T <= MARTLET_GEMV_TOKENS at a time; no scratch. */
void martlet_gemv_avx512vnni(const struct martlet_matmul *operation);

/* Defines the steps NAME_1 ... NAME_4 from an inline body(rows, tokens, kind, operation, row, token); their table. */
#define MARTLET_GEMV_STEP(NAME, TOKENS, BODY, KIND)                                                                    \
    static void NAME##_##TOKENS(const struct martlet_matmul *operation, size_t row, size_t token) {                    \
        BODY(MARTLET_GEMV_ROWS(TOKENS), TOKENS, KIND, operation, row, token);                                          \
    }
#define MARTLET_GEMV_STEPS(NAME, BODY, KIND)                                                                           \
    MARTLET_GEMV_STEP(NAME, 1, BODY, KIND)                                                                             \
    MARTLET_GEMV_STEP(NAME, 2, BODY, KIND)                                                                             \
    MARTLET_GEMV_STEP(NAME, 3, BODY, KIND)                                                                             \
    MARTLET_GEMV_STEP(NAME, 4, BODY, KIND)                                                                             \
    const struct martlet_gemv_avx512 martlet_gemv_##NAME##_avx512 = {{NAME##_1, NAME##_2, NAME##_3, NAME##_4}};

MARTLET_AVX512_BEGIN

/* The weight rows of a step: rows past the last repeat it. */
MARTLET_INLINE const uint8_t *martlet_gemv_row(const struct martlet_matmul *operation, size_t row) {
    const size_t last = operation->rows - 1;
    return (const uint8_t *)operation->weights + (row < last ? row : last) * operation->weight_row_bytes;
}

MARTLET_INLINE struct martlet_activation_row martlet_gemv_token(const struct martlet_matmul *operation, size_t token) {
    const char *first = operation->activations;
    return martlet_activation_row_at(first + token * operation->activation_row_bytes, operation->columns);
}

MARTLET_INLINE void martlet_gemv_store(const struct martlet_matmul *operation, size_t row, size_t token, float value) {
    if (row < operation->rows) {
        operation->output[token * operation->output_stride + row] = value;
    }
}

/* 4 halves, the low one first -> floats. */
MARTLET_INLINE __m128 martlet_floats_of_halves(uint64_t halves) {
    return _mm_cvtph_ps(_mm_cvtsi64_si128((long long)halves));
}

/* Value i of `x` in all of lane i. */
MARTLET_INLINE __m512 martlet_spread_lanes(__m128 x) {
    const __m512i index = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    return _mm512_permutexvar_ps(index, _mm512_castps128_ps512(x));
}

MARTLET_INLINE float martlet_sum4(__m128 x) {
    const __m128 pairs = _mm_add_ps(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)));
}

MARTLET_INLINE float martlet_sum16(__m512 x) {
    const __m256 halves = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    return martlet_sum4(_mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1)));
}

MARTLET_AVX512_END

#endif
