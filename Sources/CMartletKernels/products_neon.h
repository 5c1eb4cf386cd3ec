/*
 * Products of bytes in NEON registers, under the names that the *_vector.h sources of the matrix product use; included
 * after vector_neon.h. With PRODUCT_DOT the dot-product instructions (Armv8.2) are used, else products are widened.
 * All sums are of 32 bits.
 */

/* The tile of the tiled product: TILE_VECTORS * VECTOR_WIDTH weight rows by TILE_TOKENS tokens. */
#define TILE_VECTORS 2
#define TILE_TOKENS 4

/* VECTOR_WIDTH 32-bit integers. */
typedef int32x4_t ints;
/* Sums of products of 32 weights and activations: the first 16 and the last. */
typedef struct { int32x4_t low, high; } products;

V_INLINE vector v_of_ints(ints x) { return vcvtq_f32_s32(x); }
V_INLINE ints i_zero(void) { return vdupq_n_s32(0); }

V_INLINE int8x16_t q_low(quants q) {
    return (int8x16_t)__builtin_shufflevector(q, q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
V_INLINE int8x16_t q_high(quants q) {
    return (int8x16_t)__builtin_shufflevector(q, q, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}

/* The signed values that nibbles stand for. */
V_INLINE quants q_lookup(const int8_t table[16], quants nibbles) {
    const int8x16_t entries = vld1q_s8(table);
    const int8x16_t low = vqtbl1q_s8(entries, (uint8x16_t)q_low(nibbles));
    const int8x16_t high = vqtbl1q_s8(entries, (uint8x16_t)q_high(nibbles));
    return (quants)__builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                                           19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
}

/* The halves at `source` of four blocks. */
V_INLINE float4 f_of_4_halves(const uint8_t *source, size_t stride) {
    uint16_t words[4];
    for (size_t i = 0; i < 4; i++) {
        memcpy(&words[i], source + i * stride, sizeof words[i]);
    }
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(words)));
}

/* sum[i] + the products of bytes 4i to 4i + 3. */
V_INLINE int32x4_t i_dot(int32x4_t sum, int8x16_t weights, int8x16_t activations) {
#if PRODUCT_DOT
    return vdotq_s32(sum, weights, activations);
#else
    const int16x8_t low = vmull_s8(vget_low_s8(weights), vget_low_s8(activations));
    const int16x8_t high = vmull_high_s8(weights, activations);
    return vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
#endif
}

V_INLINE products p_zero(void) { return (products){vdupq_n_s32(0), vdupq_n_s32(0)}; }
/* bias + the products of weights, unsigned up to 63 or signed; both read as signed bytes. */
V_INLINE products p_unsigned(products bias, quants weights, quants activations) {
    return (products){i_dot(bias.low, q_low(weights), q_low(activations)),
                      i_dot(bias.high, q_high(weights), q_high(activations))};
}
V_INLINE products p_signed(quants weights, quants activations) { return p_unsigned(p_zero(), weights, activations); }
/* What products of unsigned weights start with so that `zero` stands for 0. */
V_INLINE products p_bias(quants activations, int zero) {
    const quants weights = (quants){0} - (uint8_t)zero;
    return p_signed(weights, activations);
}
/* Of four vectors of weights with activations; lane i belongs to vector i. Bias: p_zero or p_bias_of_four. */
V_INLINE ints i_of_four_signed(const quants weights[4], const quants activations[4]) {
    ints sums[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        const ints low = i_dot(vdupq_n_s32(0), q_low(weights[i]), q_low(activations[i]));
        sums[i] = i_dot(low, q_high(weights[i]), q_high(activations[i]));
    }
    return vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
}
V_INLINE ints i_of_four_unsigned(products bias, const quants weights[4], const quants activations[4]) {
    return vaddq_s32(bias.low, i_of_four_signed(weights, activations));
}
V_INLINE products p_bias_of_four(const quants activations[4], int zero) {
    const quants same = (quants){0} - (uint8_t)zero;
    const quants weights[4] = {same, same, same, same};
    return (products){i_of_four_signed(weights, activations), vdupq_n_s32(0)};
}
/* x in every run of four lanes. */
V_INLINE vector v_repeat(float4 x) { return x; }

/* The signed 8-bit scales of a super-block, one per 16 values. */
typedef struct { int32x4_t quads[4]; } group_scales;
/* Scales of 16 groups of 16 values. */
V_INLINE group_scales scales_of_16(half_quants bytes) {
    const int16x8_t low = vmovl_s8(vget_low_s8((int8x16_t)bytes)), high = vmovl_high_s8((int8x16_t)bytes);
    return (group_scales){{vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low), vmovl_s16(vget_low_s16(high)),
                           vmovl_high_s16(high)}};
}
/* Scales of 8 groups of 32 values in the low 8 bytes. */
V_INLINE group_scales scales_of_8(half_quants bytes) {
    return scales_of_16((half_quants)vzip1q_s8((int8x16_t)bytes, (int8x16_t)bytes));
}
/* sum + products times the scales of the 32 values of `chunk` (0-7), a constant; |sum| < 256 * 128 * 127 * 128. */
V_INLINE ints i_scaled(ints sum, products p, const group_scales *scales, int chunk) {
    const int32x4_t quad = scales->quads[chunk / 2];
    return vmlaq_n_s32(vmlaq_n_s32(sum, p.low, quad[chunk % 2 * 2]), p.high, quad[chunk % 2 * 2 + 1]);
}

V_INLINE ints i_broadcast(const void *p) {
    int32_t value;
    memcpy(&value, p, sizeof value);
    return vdupq_n_s32(value);
}
V_INLINE ints i_shift_right(ints x, int count) { return vshlq_s32(x, vdupq_n_s32(-count)); }

/* sum[i] + the products of bytes 4i to 4i + 3 with the activations of lane `lane`. */
#if PRODUCT_DOT
#define I_DOT_LANE(sum, weights, activations, lane) vdotq_laneq_s32(sum, weights, activations, lane)
#else
#define I_DOT_LANE(sum, weights, activations, lane)                                                                    \
    i_dot(sum, weights, vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(activations), lane)))
#endif

/*
 * sums[t][v] += w a over `columns` (16 or 32) columns. weights: [columns / 4][MARTLET_ROW_TILE][4], signed or up to
 * 63; q: a token's activations, `stride` bytes from token to token. `quads` matters only where sums are narrow.
 */
V_INLINE void tile_products(const int count, const int columns, const int quads, const uint8_t *weights, const char *q,
                            size_t stride, ints sums[TILE_TOKENS][TILE_VECTORS]) {
    (void)quads;
#pragma clang loop unroll(full)
    for (int start = 0; start < columns / 4; start += 4) {
        int8x16_t a[TILE_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < count; t++) {
            a[t] = vld1q_s8((const int8_t *)q + (size_t)t * stride + (size_t)start * 4);
        }
#define TILE_QUAD(lane)                                                                                                \
    {                                                                                                                  \
        const int8_t *w = (const int8_t *)weights + (start + lane) * MARTLET_ROW_TILE * 4;                             \
        const int8x16_t w0 = vld1q_s8(w), w1 = vld1q_s8(w + 16);                                                       \
        _Pragma("clang loop unroll(full)") for (int t = 0; t < count; t++) {                                           \
            sums[t][0] = I_DOT_LANE(sums[t][0], w0, a[t], lane);                                                       \
            sums[t][1] = I_DOT_LANE(sums[t][1], w1, a[t], lane);                                                       \
        }                                                                                                              \
    }
        TILE_QUAD(0)
        TILE_QUAD(1)
        TILE_QUAD(2)
        TILE_QUAD(3)
#undef TILE_QUAD
    }
}
