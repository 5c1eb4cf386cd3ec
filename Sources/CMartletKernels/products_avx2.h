/*
 * Products of bytes in AVX2 registers, under the names that the *_vector.h sources of the matrix product use.
 * Included between MARTLET_AVX2_FLOAT_BEGIN and MARTLET_FLOAT_END, after vector_avx2.h.
 *
 * vpmaddubsw multiplies unsigned by signed bytes and adds neighbours in 16 bits with saturation. Activations are in
 * [-127, 127], so it never saturates here:
 *   unsigned weights of at most 6 bits: 2 * 63 * 127 = 16002
 *   signed weights as |w| times the activation with w's sign: 2 * 128 * 127 = 32512
 * and 16-bit sums stay below 32768 over 8 vectors of up to 4 bits (8 * 2 * 15 * 127 = 30480), 4 of 5 bits
 * (4 * 2 * 31 * 127 = 31496) and 2 of 6 bits (2 * 2 * 63 * 127 = 32004).
 */
#define PRODUCT_NAME(operation) martlet_##operation##_avx2

/* The tile of the tiled product: TILE_VECTORS * VECTOR_WIDTH weight rows by TILE_TOKENS tokens. */
#define TILE_VECTORS 2
#define TILE_TOKENS 4

/* VECTOR_WIDTH 32-bit integers. */
typedef __m256i ints;
/* Sums of products of 32 weights and activations: 16 bits each, sums of pairs. */
typedef __m256i products;

V_INLINE vector v_of_ints(ints x) { return _mm256_cvtepi32_ps(x); }
V_INLINE ints i_zero(void) { return _mm256_setzero_si256(); }

/* The signed values that nibbles stand for. */
V_INLINE quants q_lookup(const int8_t table[16], quants nibbles) {
    const __m256i entries = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
    return (quants)_mm256_shuffle_epi8(entries, (__m256i)nibbles);
}

/* The halves at `source` of four blocks. */
V_INLINE float4 f_of_4_halves(const uint8_t *source, size_t stride) {
    uint16_t words[4];
    for (size_t i = 0; i < 4; i++) {
        memcpy(&words[i], source + i * stride, sizeof words[i]);
    }
    const uint64_t halves = words[0] | (uint64_t)words[1] << 16 | (uint64_t)words[2] << 32 | (uint64_t)words[3] << 48;
    return _mm_cvtph_ps(_mm_cvtsi64_si128((long long)halves));
}

V_INLINE products p_zero(void) { return _mm256_setzero_si256(); }
/* What products of unsigned weights start with so that `zero` stands for 0. */
V_INLINE products p_bias(quants activations, int zero) {
    const __m256i weights = _mm256_set1_epi8((char)zero);
    return _mm256_sub_epi16(_mm256_setzero_si256(), _mm256_maddubs_epi16(weights, (__m256i)activations));
}
/* bias + the products of unsigned weights up to 63; |bias| <= 2 * 32 * 127 leaves room. */
V_INLINE products p_unsigned(products bias, quants weights, quants activations) {
    return _mm256_add_epi16(bias, _mm256_maddubs_epi16((__m256i)weights, (__m256i)activations));
}
/* The products of signed weights. */
V_INLINE products p_signed(quants weights, quants activations) {
    const __m256i w = (__m256i)weights;
    return _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8((__m256i)activations, w));
}
/* Adds up vectors of 16-bit sums so that word i of each lane belongs to p[i]; each sum is of 4 of the 16. */
V_INLINE __m256i p_fold_pairs(const products p[4]) {
    const __m256i first = _mm256_add_epi16(_mm256_unpacklo_epi32(p[0], p[1]), _mm256_unpackhi_epi32(p[0], p[1]));
    const __m256i last = _mm256_add_epi16(_mm256_unpacklo_epi32(p[2], p[3]), _mm256_unpackhi_epi32(p[2], p[3]));
    return _mm256_add_epi16(_mm256_unpacklo_epi64(first, last), _mm256_unpackhi_epi64(first, last));
}
/* The same for sums that would overflow 16 bits. */
V_INLINE ints p_fold(const products p[4]) {
    const __m256i ones = _mm256_set1_epi16(1);
    const __m256i p0 = _mm256_madd_epi16(p[0], ones), p1 = _mm256_madd_epi16(p[1], ones);
    const __m256i p2 = _mm256_madd_epi16(p[2], ones), p3 = _mm256_madd_epi16(p[3], ones);
    const __m256i first = _mm256_add_epi32(_mm256_unpacklo_epi32(p0, p1), _mm256_unpackhi_epi32(p0, p1));
    const __m256i last = _mm256_add_epi32(_mm256_unpacklo_epi32(p2, p3), _mm256_unpackhi_epi32(p2, p3));
    return _mm256_add_epi32(_mm256_unpacklo_epi64(first, last), _mm256_unpackhi_epi64(first, last));
}
/*
 * Of four vectors of weights up to 5 bits with activations; lane i % 4 belongs to vector i % 4. 16 bits hold
 * 4 * 2 * 31 * 127 = 31496 before and after the bias, p_zero or p_bias_of_four, is added.
 */
V_INLINE ints i_of_four_unsigned(products bias, const quants weights[4], const quants activations[4]) {
    products p[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        p[i] = _mm256_maddubs_epi16((__m256i)weights[i], (__m256i)activations[i]);
    }
    return _mm256_madd_epi16(_mm256_add_epi16(bias, p_fold_pairs(p)), _mm256_set1_epi16(1));
}
V_INLINE products p_bias_of_four(const quants activations[4], int zero) {
    products p[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        p[i] = p_bias(activations[i], zero);
    }
    return p_fold_pairs(p);
}
/* The same of signed weights. */
V_INLINE ints i_of_four_signed(const quants weights[4], const quants activations[4]) {
    products p[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        p[i] = p_signed(weights[i], activations[i]);
    }
    return p_fold(p);
}
/* x in every run of four lanes. */
V_INLINE vector v_repeat(float4 x) { return _mm256_set_m128(x, x); }

/* The signed 8-bit scales of a super-block: 16-bit, those of even groups in the low lane, of odd ones in the high. */
typedef __m256i group_scales;
/* Scales of 16 groups of 16 values. */
V_INLINE group_scales scales_of_16(half_quants bytes) {
    const __m128i order = _mm_setr_epi8(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
    return _mm256_cvtepi8_epi16(_mm_shuffle_epi8((__m128i)bytes, order));
}
/* Scales of 8 groups of 32 values in the low 8 bytes. */
V_INLINE group_scales scales_of_8(half_quants bytes) {
    return _mm256_broadcastsi128_si256(_mm_cvtepi8_epi16((__m128i)bytes));
}
/* sum + products times the scales of the 32 values of `chunk` (0-7), a constant. |sum| < 8 * 2 * 32768 * 128. */
V_INLINE ints i_scaled(ints sum, products p, const group_scales *scales, int chunk) {
    const __m256i order = _mm256_set1_epi16((short)(0x0100 + 0x0202 * chunk));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(p, _mm256_shuffle_epi8(*scales, order)));
}
V_INLINE ints i_broadcast(const void *p) {
    int32_t value;
    memcpy(&value, p, sizeof value);
    return _mm256_set1_epi32(value);
}
V_INLINE ints i_shift_right(ints x, int count) { return _mm256_srai_epi32(x, count); }

/*
 * sums[t][v] += w a over `columns` (16 or 32) columns. weights: [columns / 4][MARTLET_ROW_TILE][4];
 * q: a token's activations, `stride` bytes from token to token. `quads` vectors may be added in 16 bits; 0: weights
 * are signed.
 */
V_INLINE void tile_products(const int count, const int columns, const int quads, const uint8_t *weights, const char *q,
                            size_t stride, ints sums[TILE_TOKENS][TILE_VECTORS]) {
    const int step = quads == 0 ? 1 : quads < columns / 4 ? quads : columns / 4;
    const __m256i ones = _mm256_set1_epi16(1);
#pragma clang loop unroll(full)
    for (int start = 0; start < columns / 4; start += step) {
        __m256i narrow[TILE_TOKENS][TILE_VECTORS];
#pragma clang loop unroll(full)
        for (int i = 0; i < step; i++) {
            const uint8_t *w = weights + (start + i) * MARTLET_ROW_TILE * 4;
            const __m256i w0 = _mm256_load_si256((const __m256i *)(const void *)w);
            const __m256i w1 = _mm256_load_si256((const __m256i *)(const void *)(w + 32));
            const __m256i u0 = quads == 0 ? _mm256_abs_epi8(w0) : w0, u1 = quads == 0 ? _mm256_abs_epi8(w1) : w1;
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                const __m256i a = i_broadcast(q + (size_t)t * stride + (size_t)(start + i) * 4);
                const __m256i p0 = _mm256_maddubs_epi16(u0, quads == 0 ? _mm256_sign_epi8(a, w0) : a);
                const __m256i p1 = _mm256_maddubs_epi16(u1, quads == 0 ? _mm256_sign_epi8(a, w1) : a);
                narrow[t][0] = i == 0 ? p0 : _mm256_add_epi16(narrow[t][0], p0);
                narrow[t][1] = i == 0 ? p1 : _mm256_add_epi16(narrow[t][1], p1);
            }
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < count; t++) {
            sums[t][0] = _mm256_add_epi32(sums[t][0], _mm256_madd_epi16(narrow[t][0], ones));
            sums[t][1] = _mm256_add_epi32(sums[t][1], _mm256_madd_epi16(narrow[t][1], ones));
        }
    }
}
