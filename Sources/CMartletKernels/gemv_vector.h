/*
 * The product for few tokens: weights stream from memory once, each unpacked value is used for up to GEMV_TOKENS
 * activation rows, and a few weight rows at a time share what is computed from the activations.
 * Part of matmul_vector.h.
 */

/* Tokens in one pass over the weights, and the weight rows of a step. */
#define GEMV_TOKENS 4
#define GEMV_ROWS(TOKENS) ((TOKENS) <= 2 ? 4 : 2)

/* The weight rows of a step: rows past the last repeat it. */
V_INLINE const uint8_t *gemv_row(const struct martlet_matmul *operation, size_t row) {
    const size_t last = operation->rows - 1;
    return (const uint8_t *)operation->weights + (row < last ? row : last) * operation->weight_row_bytes;
}

V_INLINE struct martlet_activation_row gemv_token(const struct martlet_matmul *operation, size_t token) {
    const char *first = operation->activations;
    return martlet_activation_row_at(first + token * operation->activation_row_bytes, operation->columns);
}

V_INLINE void gemv_store(const struct martlet_matmul *operation, size_t row, size_t token, float value) {
    if (row < operation->rows) {
        operation->output[token * operation->output_stride + row] = value;
    }
}

V_INLINE float sum_of_4(float4 x) { return (x[0] + x[2]) + (x[1] + x[3]); }
V_INLINE float sum_of_8(float8 x) {
    return sum_of_4(__builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7));
}

V_INLINE float8 floats_of_bytes(const half_quants bytes, const int half) {
    const byte8 part = half == 0 ? __builtin_shufflevector(bytes, bytes, 0, 1, 2, 3, 4, 5, 6, 7)
                                 : __builtin_shufflevector(bytes, bytes, 8, 9, 10, 11, 12, 13, 14, 15);
    return __builtin_convertvector(__builtin_convertvector(part, integer8), float8);
}

/* 128 columns of one token, as the formats with one scale per 32 values read them. */
struct simple_activations {
    quants q[4];
    products bias; /* of all four blocks */
    float4 sums; /* of the four blocks, scaled; formats with minima */
    float scale;
};

V_INLINE void load_simple(const enum martlet_format format, const struct martlet_activation_row *row, size_t block,
                          struct simple_activations *x) {
    x->scale = row->scale[block];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        x->q[i] = q_load(row->q + block * 128 + i * 32);
    }
    x->bias = zero_point(format) == 0 ? p_zero() : p_bias_of_four(x->q, zero_point(format));
    if (has_minimum(format)) {
        integer4 bias;
        memcpy(&bias, row->bias32 + block * 4, sizeof bias);
        x->sums = __builtin_convertvector(bias, float4) * (x->scale * (-1.0f / 128));
    }
}

/* sums, minima += the products of four blocks of `rows` weight rows with `tokens` tokens. */
V_INLINE void multiply_simple(const enum martlet_format format, const int tokens, const uint8_t *blocks,
                              const struct simple_activations *x, vector *sums, float4 *minima) {
    const size_t stride = bytes_per_block(format);
    const float4 d = f_of_4_halves(blocks, stride);
    const float4 m = has_minimum(format) ? f_of_4_halves(blocks + 2, stride) : d;
    quants w[4];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        w[i] = q_values(format, blocks + (size_t)i * stride, 0);
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        const ints p = is_signed(format) ? i_of_four_signed(w, x[t].q) : i_of_four_unsigned(x[t].bias, w, x[t].q);
        sums[t] = v_fma(v_of_ints(p), v_repeat(d * x[t].scale), sums[t]);
    }
    if (has_minimum(format)) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            minima[t] += m * x[t].sums;
        }
    }
}

/* Rows [row, row + rows) for tokens [token, token + tokens), a format with one scale per 32 values. */
V_INLINE void gemv_simple(const enum martlet_format format, const int rows, const int tokens,
                          const struct martlet_matmul *operation, size_t row, size_t token) {
    const size_t step_bytes = 4 * bytes_per_block(format);
    const size_t group_bytes = (size_t)rows * operation->weight_row_bytes;
    const uint8_t *source[4];
    struct martlet_activation_row input[GEMV_TOKENS];
    vector sums[4][GEMV_TOKENS];
    float4 minima[4][GEMV_TOKENS];
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        input[t] = gemv_token(operation, token + (size_t)t);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        source[r] = gemv_row(operation, row + (size_t)r);
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[r][t] = v_set(0);
            minima[r][t] = (float4){0};
        }
    }
    const size_t whole = operation->columns / MARTLET_ACTIVATION_BLOCK;
    for (size_t block = 0; block < whole; block++) {
        martlet_prefetch(source[0], group_bytes, block, (size_t)rows * step_bytes);
        struct simple_activations x[GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            load_simple(format, &input[t], block, &x[t]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            multiply_simple(format, tokens, source[r] + block * step_bytes, x, sums[r], minima[r]);
        }
    }
    const size_t rest = operation->columns % MARTLET_ACTIVATION_BLOCK / MARTLET_BLOCK;
    if (rest > 0) {
        /* The last one to three blocks, followed by blocks with scale 0. */
        struct simple_activations x[GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            load_simple(format, &input[t], whole, &x[t]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            uint8_t blocks[4 * sizeof(struct martlet_block_q8_0)] = {0};
            memcpy(blocks, source[r] + whole * step_bytes, rest * bytes_per_block(format));
            multiply_simple(format, tokens, blocks, x, sums[r], minima[r]);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            const float y = v_sum(sums[r][t]) + (has_minimum(format) ? sum_of_4(minima[r][t]) : 0);
            gemv_store(operation, row + (size_t)r, token + (size_t)t, y);
        }
    }
}

/* 256 columns of one token, as the formats with super-blocks read them. */
struct super_activations {
    const int8_t *q;
    products bias[8];
    float8 sums[2]; /* of the groups that have a minimum, scaled; 8 or 16 */
    float scale[2];
};

V_INLINE void load_super(const enum martlet_format format, const struct martlet_activation_row *row, size_t block,
                         struct super_activations *x) {
    x->q = row->q + block * 256;
    x->scale[0] = row->scale[block * 2];
    x->scale[1] = row->scale[block * 2 + 1];
    if (zero_point(format) != 0) {
#pragma clang loop unroll(full)
        for (int i = 0; i < 8; i++) {
            x->bias[i] = p_bias(q_load(x->q + i * 32), zero_point(format));
        }
    }
    if (has_minimum(format)) {
        const float s0 = x->scale[0] * (-1.0f / 128), s1 = x->scale[1] * (-1.0f / 128);
        integer8 bias;
        if (values_per_scale(format) == 32) {
            memcpy(&bias, row->bias32 + block * 8, sizeof bias);
            x->sums[0] = __builtin_convertvector(bias, float8) * (float8){s0, s0, s0, s0, s1, s1, s1, s1};
        } else {
            memcpy(&bias, row->bias16 + block * 16, sizeof bias);
            x->sums[0] = __builtin_convertvector(bias, float8) * s0;
            memcpy(&bias, row->bias16 + block * 16 + 8, sizeof bias);
            x->sums[1] = __builtin_convertvector(bias, float8) * s1;
        }
    }
}

/* sums, minima += the products of a super-block with `tokens` tokens. */
V_INLINE void multiply_super(const enum martlet_format format, const int tokens, const uint8_t *block,
                             const struct super_activations *x, vector *sums, float8 *minima) {
    const struct block_factors factors = factors_of(format, block);
    const group_scales scales =
        values_per_scale(format) == 16 ? scales_of_16(factors.scales) : scales_of_8(factors.scales);
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
        ints whole[GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            whole[t] = i_zero();
        }
#pragma clang loop unroll(full)
        for (int chunk = half * 4; chunk < half * 4 + 4; chunk++) {
            const quants w = q_values(format, block, chunk);
#pragma clang loop unroll(full)
            for (int t = 0; t < tokens; t++) {
                const quants a = q_load(x[t].q + chunk * 32);
                const products start = zero_point(format) == 0 ? p_zero() : x[t].bias[chunk];
                const products p = is_signed(format) ? p_signed(w, a) : p_unsigned(start, w, a);
                whole[t] = i_scaled(whole[t], p, &scales, chunk);
            }
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[t] = v_fma(v_of_ints(whole[t]), v_set(factors.d * x[t].scale[half]), sums[t]);
        }
    }
    if (has_minimum(format)) {
        const float8 first = floats_of_bytes(factors.minima, 0) * factors.dmin;
        const float8 second = floats_of_bytes(factors.minima, 1) * factors.dmin;
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            minima[t] += first * x[t].sums[0];
            if (values_per_scale(format) == 16) minima[t] += second * x[t].sums[1];
        }
    }
}

/* Rows [row, row + rows) for tokens [token, token + tokens), a format with super-blocks. */
V_INLINE void gemv_super(const enum martlet_format format, const int rows, const int tokens,
                         const struct martlet_matmul *operation, size_t row, size_t token) {
    const size_t step_bytes = bytes_per_block(format);
    const size_t group_bytes = (size_t)rows * operation->weight_row_bytes;
    const uint8_t *source[4];
    struct martlet_activation_row input[GEMV_TOKENS];
    vector sums[4][GEMV_TOKENS];
    float8 minima[4][GEMV_TOKENS];
#pragma clang loop unroll(full)
    for (int t = 0; t < tokens; t++) {
        input[t] = gemv_token(operation, token + (size_t)t);
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        source[r] = gemv_row(operation, row + (size_t)r);
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            sums[r][t] = v_set(0);
            minima[r][t] = (float8){0};
        }
    }
    for (size_t block = 0; block < operation->columns / MARTLET_SUPER_BLOCK; block++) {
        martlet_prefetch(source[0], group_bytes, block, (size_t)rows * step_bytes);
        struct super_activations x[GEMV_TOKENS];
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            load_super(format, &input[t], block, &x[t]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            multiply_super(format, tokens, source[r] + block * step_bytes, x, sums[r], minima[r]);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < tokens; t++) {
            const float y = v_sum(sums[r][t]) + (has_minimum(format) ? sum_of_8(minima[r][t]) : 0);
            gemv_store(operation, row + (size_t)r, token + (size_t)t, y);
        }
    }
}

/* Rows [row, row + GEMV_ROWS) for tokens [token, token + 1, 2, 3 or 4). */
typedef void (*gemv_step)(const struct martlet_matmul *operation, size_t row, size_t token);

#define GEMV_STEP(FORMAT, BODY, TOKENS)                                                                                \
    static void step_##FORMAT##_##TOKENS(const struct martlet_matmul *operation, size_t row, size_t token) {           \
        BODY(MARTLET_##FORMAT, GEMV_ROWS(TOKENS), TOKENS, operation, row, token);                                      \
    }
#define GEMV_STEPS(FORMAT, BODY)                                                                                       \
    GEMV_STEP(FORMAT, BODY, 1)                                                                                         \
    GEMV_STEP(FORMAT, BODY, 2)                                                                                         \
    GEMV_STEP(FORMAT, BODY, 3)                                                                                         \
    GEMV_STEP(FORMAT, BODY, 4)

GEMV_STEPS(Q4_0, gemv_simple)
GEMV_STEPS(Q4_1, gemv_simple)
GEMV_STEPS(Q5_0, gemv_simple)
GEMV_STEPS(Q5_1, gemv_simple)
GEMV_STEPS(Q8_0, gemv_simple)
GEMV_STEPS(IQ4_NL, gemv_simple)
GEMV_STEPS(Q2_K, gemv_super)
GEMV_STEPS(Q3_K, gemv_super)
GEMV_STEPS(Q4_K, gemv_super)
GEMV_STEPS(Q5_K, gemv_super)
GEMV_STEPS(Q6_K, gemv_super)
GEMV_STEPS(IQ4_XS, gemv_super)

#define GEMV_ROW(FORMAT)                                                                                               \
    [MARTLET_##FORMAT] = {step_##FORMAT##_1, step_##FORMAT##_2, step_##FORMAT##_3, step_##FORMAT##_4}

static const gemv_step gemv_steps[][GEMV_TOKENS] = {
    GEMV_ROW(Q4_0), GEMV_ROW(Q4_1), GEMV_ROW(Q5_0), GEMV_ROW(Q5_1), GEMV_ROW(Q8_0), GEMV_ROW(IQ4_NL),
    GEMV_ROW(Q2_K), GEMV_ROW(Q3_K), GEMV_ROW(Q4_K), GEMV_ROW(Q5_K), GEMV_ROW(Q6_K), GEMV_ROW(IQ4_XS),
};

/* y = W x, GEMV_TOKENS tokens at a time; K % 32 == 0; no scratch. */
static void gemv(const struct martlet_matmul *operation) {
    for (size_t token = 0; token < operation->activation_rows;) {
        const size_t left = operation->activation_rows - token;
        const size_t count = left < GEMV_TOKENS ? left : GEMV_TOKENS;
        const gemv_step step = gemv_steps[operation->format][count - 1];
        for (size_t row = 0; row < operation->rows; row += GEMV_ROWS(count)) {
            step(operation, row, token);
        }
        token += count;
    }
}
