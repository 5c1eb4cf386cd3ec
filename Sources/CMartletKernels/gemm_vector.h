/*
 * The product for prompts: a panel of MARTLET_ROW_TILE weight rows is unpacked once into scratch, as bytes interleaved
 * so that a vector holds 4 columns of each of its rows, and multiplied with every activation row. Tiles of TILE_VECTORS
 * vectors of rows by TILE_TOKENS tokens keep their integer sums in registers. Part of matmul_vector.h.
 */

#define TILE_ROWS (TILE_VECTORS * VECTOR_WIDTH)
/* Columns of a panel: 32 rows of bytes and factors that stay in the second-level cache. */
#define PANEL_COLUMNS 2048

_Static_assert(MARTLET_ROW_TILE % TILE_ROWS == 0 && MARTLET_ROW_TILE % 8 == 0, "a panel is a number of tiles");
_Static_assert(PANEL_COLUMNS <= MARTLET_PANEL_COLUMNS && PANEL_COLUMNS % 256 == 0, "scratch is of that size");

struct panel {
    uint8_t *q;      /* [columns / 4][MARTLET_ROW_TILE][4] */
    float *scale;    /* [columns / sub][MARTLET_ROW_TILE] */
    float *minimum;  /* the same, each over -128, as its factor is the sum of activations times -128 */
    size_t columns;
};

/* 8 rows of 32 columns -> 8 vectors of 4 columns of the 8 rows, MARTLET_ROW_TILE * 4 bytes apart. */
V_INLINE void store_transposed(const quants rows[8], uint8_t *destination) {
    quant_words x[8], y[8];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 2) {
        const quant_words a = (quant_words)rows[i], b = (quant_words)rows[i + 1];
        x[i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
        x[i + 1] = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    }
    /* x[2i + j]: words 2j, 2j + 1 of rows 2i, 2i + 1. */
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 4) {
#pragma clang loop unroll(full)
        for (int j = 0; j < 2; j++) {
            const quant_words a = x[i + j], b = x[i + 2 + j];
            y[i + 2 * j] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            y[i + 2 * j + 1] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    /* y[4i + j]: words j and j + 4 of rows 4i to 4i + 3. */
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
        const quant_words low = __builtin_shufflevector(y[j], y[4 + j], 0, 1, 2, 3, 8, 9, 10, 11);
        const quant_words high = __builtin_shufflevector(y[j], y[4 + j], 4, 5, 6, 7, 12, 13, 14, 15);
        memcpy(destination + j * MARTLET_ROW_TILE * 4, &low, sizeof low);
        memcpy(destination + (j + 4) * MARTLET_ROW_TILE * 4, &high, sizeof high);
    }
}

/* The scales and minima of row `r`'s block, which begins at group `group` of the panel. */
V_INLINE void fill_factors(const enum martlet_format format, const uint8_t *block, size_t group, size_t r,
                           const struct panel *panel) {
    const struct block_factors factors = factors_of(format, block);
    const int groups = chunks_per_block(format) * 32 / values_per_scale(format);
    float *scale = panel->scale + group * MARTLET_ROW_TILE + r;
    float *minimum = panel->minimum + group * MARTLET_ROW_TILE + r;
    if (groups == 1) {
        *scale = factors.d;
        if (has_minimum(format)) *minimum = factors.dmin * (-1.0f / 128);
        return;
    }
    const float dmin = factors.dmin * (-1.0f / 128);
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) {
        scale[g * MARTLET_ROW_TILE] = factors.d * (float)(int8_t)factors.scales[g];
        if (has_minimum(format)) minimum[g * MARTLET_ROW_TILE] = dmin * (float)factors.minima[g];
    }
}

/* Unpacks the columns of up to MARTLET_ROW_TILE rows from `first` on, whose blocks begin at `offset` of each row. */
V_INLINE void fill_panel(const enum martlet_format format, const struct martlet_matmul *operation, size_t first,
                         size_t offset, const struct panel *panel) {
    const int chunks = chunks_per_block(format);
    const size_t blocks = panel->columns / ((size_t)chunks * 32);
    const size_t groups = (size_t)(chunks * 32 / values_per_scale(format));
    for (size_t eight = 0; eight < MARTLET_ROW_TILE && first + eight < operation->rows; eight += 8) {
        const uint8_t *rows[8];
        for (size_t r = 0; r < 8; r++) {
            rows[r] = gemv_row(operation, first + eight + r) + offset;
        }
        for (size_t b = 0; b < blocks; b++) {
            uint8_t *destination = panel->q + b * (size_t)chunks * 32 * MARTLET_ROW_TILE + eight * 4;
#pragma clang loop unroll(full)
            for (int chunk = 0; chunk < chunks; chunk++) {
                quants values[8];
#pragma clang loop unroll(full)
                for (int r = 0; r < 8; r++) {
                    values[r] = q_values(format, rows[r], chunk);
                }
                store_transposed(values, destination + chunk * 32 * MARTLET_ROW_TILE);
            }
            for (size_t r = 0; r < 8; r++) {
                fill_factors(format, rows[r], b * groups, eight + r, panel);
                rows[r] += bytes_per_block(format);
            }
        }
    }
}

/* The activation rows of one tile. */
struct tokens {
    const char *q;        /* of the first row and the slice's first column; `stride` bytes from row to row */
    const char *bias;     /* bias16 or bias32 */
    const char *scale;
    const char *ratio;
    size_t stride;
    float *output;        /* y[t][first row of the tile] */
    size_t output_stride; /* floats */
};

V_INLINE float float_at(const char *base, size_t offset) {
    float value;
    memcpy(&value, base + offset, sizeof value);
    return value;
}

/* How far -128 * sum is shifted to be -zero * sum. */
V_INLINE int zero_shift(const enum martlet_format format) {
    switch (zero_point(format)) {
    case 4: return 5;
    case 8: return 4;
    case 16: return 3;
    default: return 2;
    }
}

/* Vectors of products of neighbours that 16 bits hold the sum of; see products_avx2.h. */
V_INLINE int quads_in_16_bits(const enum martlet_format format) {
    switch (format) {
    case MARTLET_Q8_0: return 0;
    case MARTLET_Q5_0:
    case MARTLET_Q5_1: return 4;
    case MARTLET_Q6_K: return 2;
    default: return 8;
    }
}

/* One tile: `count` tokens (a constant) against TILE_ROWS rows; adds to y when `accumulate`; stores `rows` of them. */
V_INLINE void multiply_tile(const enum martlet_format format, const int count, const struct panel *panel, size_t first,
                            const struct tokens *tokens, size_t rows, bool accumulate) {
    const int sub = values_per_scale(format);
    const size_t stride = tokens->stride;
    const char *q = tokens->q, *bias = tokens->bias;
    const uint8_t *weights = panel->q + first * 4;
    const float *scale = panel->scale + first, *minimum = panel->minimum + first;
    vector sums[TILE_TOKENS][TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int t = 0; t < count; t++) {
#pragma clang loop unroll(full)
        for (int v = 0; v < TILE_VECTORS; v++) {
            sums[t][v] = v_set(0);
        }
    }
    size_t block = 0;
    for (size_t k = 0; k < panel->columns; k += MARTLET_ACTIVATION_BLOCK, block++) {
        if (block > 0) {
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                const vector ratio = v_set(float_at(tokens->ratio, (size_t)t * stride + block * 4));
#pragma clang loop unroll(full)
                for (int v = 0; v < TILE_VECTORS; v++) {
                    sums[t][v] = v_mul(sums[t][v], ratio);
                }
            }
        }
        const size_t rest = panel->columns - k;
        size_t subs = (rest < MARTLET_ACTIVATION_BLOCK ? rest : MARTLET_ACTIVATION_BLOCK) / (size_t)sub;
        do {
            ints whole[TILE_TOKENS][TILE_VECTORS];
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                const ints start = zero_point(format) == 0
                                       ? i_zero()
                                       : i_shift_right(i_broadcast(bias + (size_t)t * stride), zero_shift(format));
#pragma clang loop unroll(full)
                for (int v = 0; v < TILE_VECTORS; v++) {
                    whole[t][v] = start;
                }
            }
            tile_products(count, sub, quads_in_16_bits(format), weights, q, stride, whole);
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE_VECTORS; v++) {
                const vector s = v_load(scale + v * VECTOR_WIDTH);
#pragma clang loop unroll(full)
                for (int t = 0; t < count; t++) {
                    sums[t][v] = v_fma(v_of_ints(whole[t][v]), s, sums[t][v]);
                }
            }
            if (has_minimum(format)) {
#pragma clang loop unroll(full)
                for (int t = 0; t < count; t++) {
                    const vector a = v_of_ints(i_broadcast(bias + (size_t)t * stride));
#pragma clang loop unroll(full)
                    for (int v = 0; v < TILE_VECTORS; v++) {
                        sums[t][v] = v_fma(a, v_load(minimum + v * VECTOR_WIDTH), sums[t][v]);
                    }
                }
                minimum += MARTLET_ROW_TILE;
            }
            weights += sub * MARTLET_ROW_TILE;
            scale += MARTLET_ROW_TILE;
            q += sub;
            bias += 4;
        } while (--subs > 0);
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < count; t++) {
        const vector last = v_set(float_at(tokens->scale, (size_t)t * stride + (block - 1) * 4));
        float *y = tokens->output + (size_t)t * tokens->output_stride;
#pragma clang loop unroll(full)
        for (int v = 0; v < TILE_VECTORS; v++, y += VECTOR_WIDTH) {
            const vector result = v_mul(sums[t][v], last);
            const size_t start = (size_t)v * VECTOR_WIDTH;
            if (rows >= start + VECTOR_WIDTH) {
                v_store(y, accumulate ? v_add(result, v_load(y)) : result);
            } else if (rows > start) {
                const size_t n = rows - start;
                v_store_partial(y, accumulate ? v_add(result, v_load_partial(y, n)) : result, n);
            }
        }
    }
}

V_INLINE float8 load_8_floats(const float *source) {
    float8 values;
    memcpy(&values, source, sizeof values);
    return values;
}

/* y += the outliers' part of all products with the panel, whose first column is `start` and first row `row`. */
V_INLINE void add_outliers(const enum martlet_format format, const struct panel *panel, size_t start, size_t row,
                           const struct martlet_matmul *operation) {
    const char *first = (const char *)martlet_outliers_at(operation->activations, operation->columns);
    const size_t left = operation->rows - row;
    const size_t rows = left < MARTLET_ROW_TILE ? left : MARTLET_ROW_TILE;
    for (size_t t = 0; t < operation->activation_rows; t++) {
        const struct martlet_outlier *outliers = (const void *)(first + t * operation->activation_row_bytes);
        float *y = operation->output + t * operation->output_stride + row;
        for (size_t i = 0; i < MARTLET_OUTLIERS && outliers[i].value != 0; i++) {
            const size_t column = outliers[i].column - start;
            if (column >= panel->columns) continue;
            const float value = outliers[i].value;
            const uint32_t shift = column % 4 * 8;
            const uint8_t *q = panel->q + column / 4 * 4 * MARTLET_ROW_TILE;
            const size_t group = column / (size_t)values_per_scale(format) * MARTLET_ROW_TILE;
            for (size_t r = 0; r < rows; r += 8) {
                const quant_words words = (quant_words)q_load(q + r * 4);
                const integer8 weights = is_signed(format) ? (integer8)(words << (24 - shift)) >> 24
                                                           : (integer8)(words >> shift & 255) - zero_point(format);
                float8 terms = __builtin_convertvector(weights, float8) * load_8_floats(panel->scale + group + r);
                if (has_minimum(format)) terms -= load_8_floats(panel->minimum + group + r) * 128;
                terms *= value;
                if (rows - r >= 8) {
                    const float8 sums = load_8_floats(y + r) + terms;
                    memcpy(y + r, &sums, sizeof sums);
                } else {
                    for (size_t lane = 0; lane < rows - r; lane++) y[r + lane] += terms[lane];
                }
            }
        }
    }
}

typedef void (*fill_function)(const struct martlet_matmul *operation, size_t first, size_t offset,
                              const struct panel *panel);
typedef void (*tile_function)(const struct panel *panel, size_t first, const struct tokens *tokens, size_t rows,
                              bool accumulate);

typedef void (*outliers_function)(const struct panel *panel, size_t start, size_t row,
                                  const struct martlet_matmul *operation);

#define FILL(FORMAT)                                                                                                   \
    static void fill_##FORMAT(const struct martlet_matmul *operation, size_t first, size_t offset,                     \
                              const struct panel *panel) {                                                             \
        fill_panel(MARTLET_##FORMAT, operation, first, offset, panel);                                                 \
    }
#define TILE(FORMAT, COUNT)                                                                                            \
    static void tile_##FORMAT##_##COUNT(const struct panel *panel, size_t first, const struct tokens *tokens,          \
                                        size_t rows, bool accumulate) {                                                \
        multiply_tile(MARTLET_##FORMAT, COUNT, panel, first, tokens, rows, accumulate);                                \
    }
#define OUTLIERS(FORMAT)                                                                                               \
    static void outliers_##FORMAT(const struct panel *panel, size_t start, size_t row,                                 \
                                  const struct martlet_matmul *operation) {                                            \
        add_outliers(MARTLET_##FORMAT, panel, start, row, operation);                                                  \
    }
#define TILES(FORMAT) TILE(FORMAT, 1) TILE(FORMAT, 2) TILE(FORMAT, 3) TILE(FORMAT, 4) OUTLIERS(FORMAT)
/* How a format is unpacked, and the tiles of the format whose bytes and factors are of the same kind. */
#define GEMM_ROW(FORMAT, LIKE)                                                                                         \
    [MARTLET_##FORMAT] = {fill_##FORMAT, outliers_##LIKE,                                                              \
                          {tile_##LIKE##_1, tile_##LIKE##_2, tile_##LIKE##_3, tile_##LIKE##_4}}

_Static_assert(TILE_TOKENS == 4, "tiles of 1 to 4 tokens");

FILL(Q4_0) FILL(Q4_1) FILL(Q5_0) FILL(Q5_1) FILL(Q8_0) FILL(IQ4_NL)
FILL(Q2_K) FILL(Q3_K) FILL(Q4_K) FILL(Q5_K) FILL(Q6_K) FILL(IQ4_XS)
TILES(Q4_0) TILES(Q4_1) TILES(Q5_0) TILES(Q5_1) TILES(Q8_0) TILES(Q2_K) TILES(Q3_K) TILES(Q6_K)

static const struct gemm_functions {
    fill_function fill;
    outliers_function outliers;
    tile_function tiles[TILE_TOKENS];
} gemm_functions[] = {
    GEMM_ROW(Q4_0, Q4_0), GEMM_ROW(Q4_1, Q4_1), GEMM_ROW(Q5_0, Q5_0),   GEMM_ROW(Q5_1, Q5_1),
    GEMM_ROW(Q8_0, Q8_0), GEMM_ROW(Q2_K, Q2_K), GEMM_ROW(Q3_K, Q3_K),   GEMM_ROW(Q4_K, Q4_1),
    GEMM_ROW(Q5_K, Q5_1), GEMM_ROW(Q6_K, Q6_K), GEMM_ROW(IQ4_NL, Q8_0), GEMM_ROW(IQ4_XS, Q8_0),
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* y = W x for any R, T and K % 32 == 0; scratch: martlet_matmul_scratch_bytes. */
static void gemm(const struct martlet_matmul *operation) {
    assert(operation->columns % 32 == 0 && operation->scratch != NULL && (uintptr_t)operation->scratch % 64 == 0);
    const struct martlet_format_traits *traits = martlet_format_traits_of((uint32_t)operation->format);
    const struct gemm_functions *functions = &gemm_functions[operation->format];
    const size_t sub = (size_t)values_per_scale(operation->format);
    const size_t K = operation->columns, T = operation->activation_rows;
    const struct martlet_activation_row x = martlet_activation_row_at(operation->activations, K);
    const char *bias = sub == 16 ? (const char *)x.bias16 : (const char *)x.bias32;

    const size_t widest = smaller((K + 255) / 256 * 256, PANEL_COLUMNS);
    struct panel panel;
    panel.q = operation->scratch;
    panel.scale = (float *)(void *)(panel.q + MARTLET_ROW_TILE * widest);
    panel.minimum = panel.scale + MARTLET_ROW_TILE * (widest / sub);

    const size_t tile_count = (T + TILE_TOKENS - 1) / TILE_TOKENS;
    for (size_t r = 0; r < operation->rows; r += MARTLET_ROW_TILE) {
        const size_t rows = smaller(operation->rows - r, MARTLET_ROW_TILE);
        for (size_t k = 0; k < K; k += PANEL_COLUMNS) {
            panel.columns = smaller(K - k, PANEL_COLUMNS);
            functions->fill(operation, r, k / traits->block_length * traits->block_bytes, &panel);
            for (size_t i = 0, t = 0; i < tile_count; i++) {
                /* Tiles as equal as can be: no lonely last token. */
                const size_t count = (T - t + (tile_count - i) - 1) / (tile_count - i);
                const size_t offset = t * operation->activation_row_bytes;
                struct tokens tokens = {
                    .q = (const char *)(x.q + k) + offset,
                    .bias = bias + k / sub * 4 + offset,
                    .scale = (const char *)(x.scale + k / MARTLET_ACTIVATION_BLOCK) + offset,
                    .ratio = (const char *)(x.ratio + k / MARTLET_ACTIVATION_BLOCK) + offset,
                    .stride = operation->activation_row_bytes,
                    .output = operation->output + t * operation->output_stride + r,
                    .output_stride = operation->output_stride,
                };
                for (size_t first = 0; first < rows; first += TILE_ROWS) {
                    functions->tiles[count - 1](&panel, first, &tokens, rows - first, k > 0 || operation->adds);
                    tokens.output += TILE_ROWS;
                }
                t += count;
            }
            if (operation->has_outliers) {
                functions->outliers(&panel, k, r, operation);
            }
        }
    }
}
