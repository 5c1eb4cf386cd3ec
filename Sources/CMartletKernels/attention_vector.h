/*
 * Attention and the KV cache over the vectors of one instruction set: the body of attention_{avx2,avx512,neon}.c.
 *
 * Two ways through a tile. Few rows (a decoding step) stream the cache once, unpacking it in registers. Many rows (a
 * prompt) unpack keys and values to floats once, keys transposed, and are two register-tiled matrix products with the
 * online softmax between them. Both are within Tolerance.attention of the reference. Finite scores only.
 */

/* VECTOR_WIDTH values of a row from `column`, unpacked; column % VECTOR_WIDTH == 0. */
V_INLINE vector v_unpack(enum martlet_kv_format operand, const uint8_t *row, size_t column) {
    if (operand == MARTLET_KV_F32) {
        return v_load((const float *)(const void *)row + column);
    }
    if (operand == MARTLET_KV_F16) {
        return v_load_half((const uint16_t *)(const void *)row + column);
    }
    const struct martlet_block_q8_0 *block = (const struct martlet_block_q8_0 *)(const void *)row + column / 32;
    return v_mul(v_load_int8(block->qs + column % 32), v_set(v_float_of_half(block->d)));
}

/* C[r][n] = C[r][n] * factor[r] + sum_k A[r][k] B[k][n] for R rows and N vectors of columns at `column`. */
V_INLINE void v_product_tile(const int R, const int N, enum martlet_kv_format operand, size_t first, size_t last,
                             const float *a, size_t a_stride, const uint8_t *b, size_t b_bytes, size_t column, float *c,
                             size_t c_stride, const float *factors) {
    vector sums[6][4];
    for (int r = 0; r < R; r++) {
        for (int n = 0; n < N; n++) {
            float *at = c + (size_t)r * c_stride + column + (size_t)n * VECTOR_WIDTH;
            sums[r][n] = factors != NULL ? v_mul(v_load(at), v_set(factors[r])) : v_set(0);
        }
    }
    for (size_t k = first; k < last; k++) {
        vector row[4];
        for (int n = 0; n < N; n++) {
            row[n] = v_unpack(operand, b + k * b_bytes, column + (size_t)n * VECTOR_WIDTH);
        }
        for (int r = 0; r < R; r++) {
            vector value = v_set(a[(size_t)r * a_stride + k]);
            for (int n = 0; n < N; n++) {
                sums[r][n] = v_fma(value, row[n], sums[r][n]);
            }
        }
    }
    for (int r = 0; r < R; r++) {
        for (int n = 0; n < N; n++) {
            v_store(c + (size_t)r * c_stride + column + (size_t)n * VECTOR_WIDTH, sums[r][n]);
        }
    }
}

/* All columns of R rows; columns % VECTOR_WIDTH == 0; factors NULL starts C at 0. */
V_INLINE void v_product_rows(const int R, const int tile, enum martlet_kv_format operand, size_t first, size_t last,
                             const float *a, size_t a_stride, const uint8_t *b, size_t b_bytes, size_t columns,
                             float *c, size_t c_stride, const float *factors) {
    size_t column = 0;
    for (; column + (size_t)tile * VECTOR_WIDTH <= columns; column += (size_t)tile * VECTOR_WIDTH) {
        v_product_tile(R, tile, operand, first, last, a, a_stride, b, b_bytes, column, c, c_stride, factors);
    }
    for (; column + 2 * VECTOR_WIDTH <= columns; column += 2 * VECTOR_WIDTH) {
        v_product_tile(R, 2, operand, first, last, a, a_stride, b, b_bytes, column, c, c_stride, factors);
    }
    for (; column < columns; column += VECTOR_WIDTH) {
        v_product_tile(R, 1, operand, first, last, a, a_stride, b, b_bytes, column, c, c_stride, factors);
    }
}

/* C = C * factor + A B for any number of rows, B: floats, rows `b_stride` apart; columns % VECTOR_WIDTH == 0. */
static void v_product(size_t rows, size_t first, size_t last, const float *a, size_t a_stride, const float *b,
                      size_t b_stride, size_t columns, float *c, size_t c_stride, const float *factors) {
    const uint8_t *bytes = (const uint8_t *)b;
    size_t r = 0;
#define ROWS(R)                                                                                                        \
    for (; r + R <= rows; r += R) {                                                                                    \
        v_product_rows(R, VECTOR_TILE, MARTLET_KV_F32, first, last, a + r * a_stride, a_stride, bytes,            \
                       b_stride * sizeof(float), columns, c + r * c_stride, c_stride,                                  \
                       factors != NULL ? factors + r : NULL);                                                          \
    }
    ROWS(6)
    ROWS(4)
    ROWS(2)
    ROWS(1)
#undef ROWS
}

/* scores[r][p] = q_r k_p for R rows and all positions, keys unpacked on the way; writes up to a multiple of 4. */
V_INLINE void v_stream_scores(const int R, enum martlet_kv_format operand, const float *queries, size_t stride,
                              size_t width, const uint8_t *keys, size_t row_bytes, size_t first, size_t last,
                              float *scores) {
    for (size_t p = first / 4 * 4; p < last; p += 4) {
        vector sums[4][4];
        const uint8_t *rows[4];
        for (int j = 0; j < 4; j++) { /* past the end: the last position again, its scores are never read */
            rows[j] = keys + (p + (size_t)j < last ? p + (size_t)j : last - 1) * row_bytes;
            for (int r = 0; r < R; r++) {
                sums[r][j] = v_set(0);
            }
        }
        for (size_t i = 0; i < width; i += VECTOR_WIDTH) {
            vector key[4];
            for (int j = 0; j < 4; j++) {
                key[j] = v_unpack(operand, rows[j], i);
            }
            for (int r = 0; r < R; r++) {
                vector query = v_load(queries + (size_t)r * stride + i);
                for (int j = 0; j < 4; j++) {
                    sums[r][j] = v_fma(query, key[j], sums[r][j]);
                }
            }
        }
        for (int r = 0; r < R; r++) {
            float *at = scores + r * MARTLET_ATTENTION_POSITIONS + p;
            v_store_sums(at, sums[r][0], sums[r][1], sums[r][2], sums[r][3]);
        }
    }
}

/*
 * One row of `end` scores to weights exp(score - maximum), 0 where hidden; moves the row's maximum and sum on.
 * Returns the factor exp(old maximum - maximum) that the row's output is still to be multiplied by.
 */
V_INLINE float v_softmax_row(const struct martlet_attention_tile *tile, size_t row, int first, int last, int end,
                             float *scores) {
    vector hidden = v_set(-INFINITY), greatest = hidden;
    for (int i = 0; i < end; i += VECTOR_WIDTH) {
        vector score = v_mul(v_load(scores + i), v_set(tile->scale));
        if (tile->soft_cap > 0) {
            score = v_mul(v_tanh(v_mul(score, v_set(1 / tile->soft_cap))), v_set(tile->soft_cap));
        }
        if (tile->biases != NULL) {
            score = v_add(score, v_load(tile->biases[row] + i));
        }
        score = v_within(score, i, first, last, hidden);
        greatest = v_max(greatest, score);
        v_store(scores + i, score);
    }
    float before = tile->maximum[row];
    float maximum = v_greatest(greatest);
    maximum = before > maximum ? before : maximum;
    vector sum = v_set(0);
    for (int i = 0; i < end; i += VECTOR_WIDTH) {
        vector weight = v_exp(v_sub(v_load(scores + i), v_set(maximum)));
        sum = v_add(sum, weight);
        v_store(scores + i, weight);
    }
    float factor = v_first(v_exp(v_set(before - maximum)));
    tile->maximum[row] = maximum;
    tile->sum[row] = tile->sum[row] * factor + v_sum(sum);
    return factor;
}

/* The visible positions of a row within the tile. */
V_INLINE int v_first_visible(const struct martlet_attention_tile *tile, size_t row) {
    return tile->first[row] > 0 ? tile->first[row] : 0;
}

V_INLINE int v_last_visible(const struct martlet_attention_tile *tile, size_t row) {
    return tile->last[row] < (int32_t)tile->positions ? tile->last[row] : (int32_t)tile->positions;
}

/*
 * Softmax of `end` scores, a multiple of VECTOR_WIDTH, of rows begin..<begin + count; a factor each. Hidden rows get
 * weights of 0 and a factor of 1.
 */
V_INLINE void v_softmax_rows(const struct martlet_attention_tile *tile, size_t begin, size_t count, size_t end,
                             float *scores, float *factors) {
    for (size_t r = 0; r < count; r++, scores += MARTLET_ATTENTION_POSITIONS) {
        int first = v_first_visible(tile, begin + r), last = v_last_visible(tile, begin + r);
        if (first < last) {
            factors[r] = v_softmax_row(tile, begin + r, first, last, (int)end, scores);
        } else {
            memset(scores, 0, end * sizeof(float));
            factors[r] = 1;
        }
    }
}

/* `last` positions, rounded up to whole vectors; at most MARTLET_ATTENTION_POSITIONS, which is a multiple of each. */
V_INLINE size_t v_whole(size_t last) {
    return (last + VECTOR_WIDTH - 1) / VECTOR_WIDTH * VECTOR_WIDTH;
}

/* The positions first..<last that any of the rows sees. */
struct v_span {
    size_t first, last;
};

V_INLINE struct v_span v_visible_span(const struct martlet_attention_tile *tile, size_t begin, size_t count) {
    int first = MARTLET_ATTENTION_POSITIONS, last = 0;
    for (size_t row = begin; row < begin + count; row++) {
        int low = v_first_visible(tile, row), high = v_last_visible(tile, row);
        if (low < high) {
            first = low < first ? low : first;
            last = high > last ? high : last;
        }
    }
    return (struct v_span){(size_t)first, (size_t)last};
}

/* R rows from `begin` over the cache as it is. */
V_INLINE void v_stream_rows(const int R, enum martlet_kv_format operand, const struct martlet_attention_tile *tile,
                            size_t begin) {
    struct v_span span = v_visible_span(tile, begin, R);
    if (span.first >= span.last) {
        return;
    }
    size_t row_bytes = martlet_kv_row_bytes(tile->format, tile->width);
    float scores[4 * MARTLET_ATTENTION_POSITIONS] = {0}, factors[4];
    v_stream_scores(R, operand, tile->queries + begin * tile->query_stride, tile->query_stride, tile->width, tile->keys,
                    row_bytes, span.first, span.last, scores);
    v_softmax_rows(tile, begin, R, v_whole(span.last), scores, factors);
    v_product_rows(R, VECTOR_STREAM_TILE, operand, span.first, span.last, scores, MARTLET_ATTENTION_POSITIONS,
                   tile->values, row_bytes, tile->width, tile->output + begin * tile->width, tile->width, factors);
}

/* All rows, VECTOR_STREAM_ROWS at a time. */
V_INLINE void v_stream(enum martlet_kv_format operand, const struct martlet_attention_tile *tile) {
    size_t begin = 0;
    for (; begin + VECTOR_STREAM_ROWS <= tile->rows; begin += VECTOR_STREAM_ROWS) {
        v_stream_rows(VECTOR_STREAM_ROWS, operand, tile, begin);
    }
    switch (tile->rows - begin) {
    case 3: v_stream_rows(3, operand, tile, begin); return;
    case 2: v_stream_rows(2, operand, tile, begin); return;
    case 1: v_stream_rows(1, operand, tile, begin); return;
    default: return;
    }
}

/* rows first..<last of the cache to floats at the same rows of [MARTLET_ATTENTION_POSITIONS][width]. */
static void v_unpack_rows(const struct martlet_attention_tile *tile, const void *cache, struct v_span span,
                          float *floats) {
    size_t row_bytes = martlet_kv_row_bytes(tile->format, tile->width);
    for (size_t p = span.first; p < span.last; p++) {
        const uint8_t *row = (const uint8_t *)cache + p * row_bytes;
        for (size_t i = 0; i < tile->width; i += VECTOR_WIDTH) {
            v_store(floats + p * tile->width + i, v_unpack(tile->format, row, i));
        }
    }
}

typedef float v_quad __attribute__((vector_size(16)));

/* [count][width] -> [width][MARTLET_ATTENTION_POSITIONS], four by four; count % 4 == 0, width % 4 == 0. */
static void v_transpose(const float *rows, size_t width, size_t count, float *columns) {
    for (size_t p = 0; p < count; p += 4) {
        for (size_t i = 0; i < width; i += 4) {
            v_quad a, b, c, d;
            memcpy(&a, rows + p * width + i, sizeof a);
            memcpy(&b, rows + (p + 1) * width + i, sizeof b);
            memcpy(&c, rows + (p + 2) * width + i, sizeof c);
            memcpy(&d, rows + (p + 3) * width + i, sizeof d);
            v_quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
            v_quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
            v_quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
            v_quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
            a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
            b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
            c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
            d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
            float *column = columns + i * MARTLET_ATTENTION_POSITIONS + p;
            memcpy(column, &a, sizeof a);
            memcpy(column + MARTLET_ATTENTION_POSITIONS, &b, sizeof b);
            memcpy(column + 2 * MARTLET_ATTENTION_POSITIONS, &c, sizeof c);
            memcpy(column + 3 * MARTLET_ATTENTION_POSITIONS, &d, sizeof d);
        }
    }
}

/* All rows over keys and values unpacked once. */
static void v_batch(const struct martlet_attention_tile *tile) {
    struct v_span span = v_visible_span(tile, 0, tile->rows);
    if (span.first >= span.last) {
        return;
    }
    size_t width = tile->width, end = v_whole(span.last), area = MARTLET_ATTENTION_POSITIONS * width;
    float *columns = tile->scratch, *floats = columns + area, *scores = floats + area;
    /* positions that nobody sees score 0 */
    memset(floats, 0, span.first * width * sizeof(float));
    memset(floats + span.last * width, 0, (end - span.last) * width * sizeof(float));
    v_unpack_rows(tile, tile->keys, span, floats);
    v_transpose(floats, width, end, columns);
    v_unpack_rows(tile, tile->values, span, floats);
    float factors[MARTLET_ATTENTION_ROWS];
    for (size_t begin = 0; begin < tile->rows; begin += MARTLET_ATTENTION_ROWS) {
        size_t left = tile->rows - begin, count = left < MARTLET_ATTENTION_ROWS ? left : MARTLET_ATTENTION_ROWS;
        struct v_span seen = v_visible_span(tile, begin, count);
        if (seen.first >= seen.last) {
            continue;
        }
        size_t whole = v_whole(seen.last);
        v_product(count, 0, width, tile->queries + begin * tile->query_stride, tile->query_stride, columns,
                  MARTLET_ATTENTION_POSITIONS, whole, scores, MARTLET_ATTENTION_POSITIONS, NULL);
        v_softmax_rows(tile, begin, count, whole, scores, factors);
        v_product(count, seen.first, seen.last, scores, MARTLET_ATTENTION_POSITIONS, floats, width, width,
                  tile->output + begin * width, width, factors);
    }
}

/*
 * See martlet_attention_reference. Fast where width % 16 == 0 (as every known model's), else the reference itself.
 * Any alignment.
 */
void VECTOR_NAME(attention)(const struct martlet_attention_tile *tile) {
    assert(tile->queries != NULL && tile->keys != NULL && tile->values != NULL && tile->output != NULL);
    assert(tile->positions <= MARTLET_ATTENTION_POSITIONS && tile->query_stride >= tile->width);
    if (tile->width % 16 != 0) {
        martlet_attention_reference(tile);
    } else if (tile->rows > VECTOR_STREAM_LIMIT) {
        assert(tile->scratch != NULL);
        v_batch(tile);
    } else if (tile->format == MARTLET_KV_F32) {
        v_stream(MARTLET_KV_F32, tile);
    } else if (tile->format == MARTLET_KV_F16) {
        v_stream(MARTLET_KV_F16, tile);
    } else {
        v_stream(MARTLET_KV_Q8_0, tile);
    }
}

/* One row of the KV cache; bit-equal to martlet_store_kv_reference, see there. */
void VECTOR_NAME(store_kv)(enum martlet_kv_format format, const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && (format != MARTLET_KV_Q8_0 || count % MARTLET_BLOCK == 0));
    if (format == MARTLET_KV_F32) {
        memcpy(destination, source, count * sizeof(float));
        return;
    }
    if (format == MARTLET_KV_F16) {
        size_t whole = count / VECTOR_WIDTH * VECTOR_WIDTH;
        uint16_t *halves = destination;
        for (size_t i = 0; i < whole; i += VECTOR_WIDTH) {
            vector value = v_min(v_set(MARTLET_HALF_LIMIT), v_load(source + i));
            v_store_half(halves + i, v_max(v_set(-MARTLET_HALF_LIMIT), value));
        }
        martlet_store_kv_reference(format, source + whole, halves + whole, count - whole);
        return;
    }
    struct martlet_block_q8_0 *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        vector peaks = v_set(0);
        for (size_t j = 0; j < MARTLET_BLOCK; j += VECTOR_WIDTH) {
            peaks = v_max(peaks, v_abs(v_load(x + j)));
        }
        float peak = v_greatest(peaks);
        peak = peak < MARTLET_HALF_LIMIT * 127 ? peak : MARTLET_HALF_LIMIT * 127;
        float inverse = peak > 0 ? 127 / peak : 0;
        block->d = martlet_half_of_float(peak / 127);
        for (size_t j = 0; j < MARTLET_BLOCK; j += VECTOR_WIDTH) {
            vector value = v_min(v_set(127), v_mul(v_load(x + j), v_set(inverse)));
            v_store_int8(block->qs + j, v_max(v_set(-127), value));
        }
    }
}
