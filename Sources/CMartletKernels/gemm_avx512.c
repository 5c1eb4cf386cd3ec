/*
 * The int8 matrix product of prompts for AVX-512 VNNI.
 *
 * A panel of 32 weight rows is unpacked once into scratch, as bytes interleaved so that one 64-byte vector holds
 * 4 columns of 16 rows, and multiplied with every activation row: tiles of 32 rows x 6 tokens keep 12 integer and
 * 12 float accumulators in registers. Per 32 columns a tile costs 96 vpdpbusd, 12 conversions and 12 multiply-adds.
 */
#if defined(__x86_64__)

#include <assert.h>

#include "avx512.h"
#include "gemm_avx512.h"
#include "matmul.h"
#include "unpack_avx512.h"

MARTLET_AVX512_BEGIN

/* Weight rows in a panel, activation rows in a tile. */
#define ROWS 32
#define TOKENS 6
/* Columns of a panel: with what they are multiplied with, they stay in the first-level cache. */
#ifndef SLICE_COLUMNS
#define SLICE_COLUMNS 512
#endif

_Static_assert(ROWS == MARTLET_ROW_TILE, "threads share no panel");

/* 32 rows by `columns` columns of unpacked weights. */
struct panel {
    uint8_t *q;      /* [columns / 4][32][4] */
    float *scale;    /* [columns / sub][32] */
    float *minimum;  /* [columns / sub][32], each over 128 */
    size_t columns;
    struct martlet_ahead ahead; /* the packed weights of the next panels */
};

/* Unpacks columns [start, start + panel->columns) of up to 32 rows; missing rows repeat the last. */
static void fill_panel(const struct martlet_unpacker_avx512 *unpacker, const struct martlet_matmul *operation,
                       size_t first, size_t start, const struct panel *panel) {
    const struct martlet_format_traits *traits = martlet_format_traits_of((uint32_t)operation->format);
    const size_t offset = start / traits->block_length * traits->block_bytes;
    for (size_t half = 0; half < 2; half++) {
        const uint8_t *rows[16];
        for (size_t r = 0; r < 16; r++) {
            const size_t wanted = first + half * 16 + r;
            const size_t row = wanted < operation->rows ? wanted : operation->rows - 1;
            rows[r] = (const uint8_t *)operation->weights + row * operation->weight_row_bytes + offset;
        }
        const struct martlet_unpacked_avx512 target = {
            .q = panel->q + half * 64,
            .scale = panel->scale + half * 16,
            .minimum = panel->minimum + half * 16,
        };
        unpacker->unpack(rows, panel->columns, &target);
    }
}

/* The activation rows of one tile. */
struct tokens {
    const char *q;        /* of the first row and the slice's first column; `stride` bytes from row to row */
    const char *bias;     /* bias16 or bias32 */
    const char *scale;
    const char *ratio;
    size_t stride;
    float *output;        /* y[t][first row of the panel] */
    size_t output_stride; /* floats */
};

MARTLET_INLINE float float_at(const char *base, size_t offset) {
    return *(const float *)(const void *)(base + offset);
}

MARTLET_INLINE __m512i broadcast_at(const char *base, size_t offset) {
    return _mm512_set1_epi32(*(const int32_t *)(const void *)(base + offset));
}

/* One tile: `count` tokens (a constant) against the panel; adds to y when `accumulate`. */
MARTLET_INLINE void multiply_tile(const int count, const int sub, const bool has_minimum, const struct panel *panel,
                                  const struct tokens *tokens, __mmask16 low, __mmask16 high, bool accumulate) {
    __m512 sums[TOKENS][2];
#pragma clang loop unroll(full)
    for (int t = 0; t < count; t++) {
        sums[t][0] = _mm512_setzero_ps();
        sums[t][1] = _mm512_setzero_ps();
    }
    const size_t stride = tokens->stride;
    const char *q = tokens->q;
    const char *bias = tokens->bias;
    const char *weights = (const char *)panel->q;
    const char *scale = (const char *)panel->scale;
    const char *minimum = (const char *)panel->minimum;
    const char *ahead = panel->ahead.at;
    const size_t ahead_step = panel->ahead.step * (size_t)sub / 32;
    size_t block = 0;
    for (size_t k = 0; k < panel->columns; k += MARTLET_ACTIVATION_BLOCK, block++) {
        if (block > 0) {
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                const __m512 ratio = _mm512_set1_ps(float_at(tokens->ratio, (size_t)t * stride + block * 4));
                sums[t][0] = _mm512_mul_ps(sums[t][0], ratio);
                sums[t][1] = _mm512_mul_ps(sums[t][1], ratio);
            }
        }
        const size_t rest = panel->columns - k;
        size_t subs = (rest < MARTLET_ACTIVATION_BLOCK ? rest : MARTLET_ACTIVATION_BLOCK) / (size_t)sub;
        do {
            martlet_prefetch_run(ahead, ahead_step);
            ahead += ahead_step;
            __m512i products[TOKENS][2];
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                products[t][0] = products[t][1] = broadcast_at(bias, (size_t)t * stride);
            }
#pragma clang loop unroll(full)
            for (int i = 0; i < sub / 4; i++) {
                const __m512i w0 = _mm512_load_si512(weights + i * 128);
                const __m512i w1 = _mm512_load_si512(weights + i * 128 + 64);
#pragma clang loop unroll(full)
                for (int t = 0; t < count; t++) {
                    const __m512i a = broadcast_at(q, (size_t)t * stride + (size_t)i * 4);
                    products[t][0] = _mm512_dpbusd_epi32(products[t][0], w0, a);
                    products[t][1] = _mm512_dpbusd_epi32(products[t][1], w1, a);
                }
            }
            const __m512 s0 = _mm512_load_ps(scale);
            const __m512 s1 = _mm512_load_ps(scale + 64);
#pragma clang loop unroll(full)
            for (int t = 0; t < count; t++) {
                sums[t][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[t][0]), s0, sums[t][0]);
                sums[t][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[t][1]), s1, sums[t][1]);
            }
            if (has_minimum) {
                const __m512 m0 = _mm512_load_ps(minimum);
                const __m512 m1 = _mm512_load_ps(minimum + 64);
#pragma clang loop unroll(full)
                for (int t = 0; t < count; t++) {
                    const __m512 a = _mm512_cvtepi32_ps(broadcast_at(bias, (size_t)t * stride));
                    sums[t][0] = _mm512_fmadd_ps(a, m0, sums[t][0]);
                    sums[t][1] = _mm512_fmadd_ps(a, m1, sums[t][1]);
                }
                minimum += ROWS * 4;
            }
            weights += sub * ROWS;
            scale += ROWS * 4;
            q += sub;
            bias += 4;
        } while (--subs > 0);
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < count; t++) {
        const __m512 last = _mm512_set1_ps(float_at(tokens->scale, (size_t)t * stride + (block - 1) * 4));
        float *y = tokens->output + (size_t)t * tokens->output_stride;
        __m512 y0 = _mm512_mul_ps(sums[t][0], last);
        __m512 y1 = _mm512_mul_ps(sums[t][1], last);
        if (accumulate) {
            y0 = _mm512_add_ps(y0, _mm512_maskz_loadu_ps(low, y));
            y1 = _mm512_add_ps(y1, _mm512_maskz_loadu_ps(high, y + 16));
        }
        _mm512_mask_storeu_ps(y, low, y0);
        _mm512_mask_storeu_ps(y + 16, high, y1);
    }
}

/*
 * y += the outliers' part of all products with the panel, whose first column is `start` and first row `row`; after all
 * tiles, because the last one's stores are still on their way.
 *
 * A byte of a panel becomes a float by lying below the bits of 2^23.
 */
static void add_outliers(const struct martlet_unpacker_avx512 *unpacker, const struct panel *panel, size_t start,
                         size_t row, const struct martlet_matmul *operation, __mmask16 low, __mmask16 high) {
    const char *first = (const char *)martlet_outliers_at(operation->activations, operation->columns);
    const __m512i bytes = _mm512_broadcast_i32x4(_mm_setr_epi32(0, 4, 8, 12));
    const __m512i power = _mm512_castps_si512(_mm512_set1_ps(0x1p23f));
    const __m512 zero = _mm512_set1_ps(0x1p23f + 128);
    for (size_t t = 0; t < operation->activation_rows; t++) {
        const struct martlet_outlier *outliers = (const void *)(first + t * operation->activation_row_bytes);
        float *y = operation->output + t * operation->output_stride + row;
        for (size_t i = 0; i < MARTLET_OUTLIERS && outliers[i].value != 0; i++) {
            const size_t column = outliers[i].column - start;
            if (column >= panel->columns) continue;
            const uint8_t *q = panel->q + column / 4 * (ROWS * 4);
            const size_t group = (unpacker->sub == 16 ? column / 16 : column / 32) * ROWS;
            const __m512i places = _mm512_add_epi32(bytes, _mm512_set1_epi32((int)(column % 4)));
            const __m512i q0 = _mm512_mask_shuffle_epi8(power, 0x1111111111111111, _mm512_load_si512(q), places);
            const __m512i q1 = _mm512_mask_shuffle_epi8(power, 0x1111111111111111, _mm512_load_si512(q + 64), places);
            const __m512 value = _mm512_set1_ps(outliers[i].value);
            const __m512 s0 = _mm512_mul_ps(_mm512_load_ps(panel->scale + group), value);
            const __m512 s1 = _mm512_mul_ps(_mm512_load_ps(panel->scale + group + 16), value);
            __m512 y0 = _mm512_maskz_loadu_ps(low, y), y1 = _mm512_maskz_loadu_ps(high, y + 16);
            y0 = _mm512_fmadd_ps(_mm512_sub_ps(_mm512_castsi512_ps(q0), zero), s0, y0);
            y1 = _mm512_fmadd_ps(_mm512_sub_ps(_mm512_castsi512_ps(q1), zero), s1, y1);
            if (unpacker->has_minimum) {
                const __m512 factor = _mm512_mul_ps(value, _mm512_set1_ps(-128));
                y0 = _mm512_fmadd_ps(factor, _mm512_load_ps(panel->minimum + group), y0);
                y1 = _mm512_fmadd_ps(factor, _mm512_load_ps(panel->minimum + group + 16), y1);
            }
            _mm512_mask_storeu_ps(y, low, y0);
            _mm512_mask_storeu_ps(y + 16, high, y1);
        }
    }
}

typedef void (*tile_function)(const struct panel *panel, const struct tokens *tokens, __mmask16 low, __mmask16 high,
                              bool accumulate);

#define TILE(COUNT, SUB, MINIMUM)                                                                                      \
    static void tile_##COUNT##_##SUB##_##MINIMUM(const struct panel *panel, const struct tokens *tokens,               \
                                                 __mmask16 low, __mmask16 high, bool accumulate) {                     \
        multiply_tile(COUNT, SUB, MINIMUM, panel, tokens, low, high, accumulate);                                      \
    }
#define TILES(SUB, MINIMUM)                                                                                            \
    TILE(1, SUB, MINIMUM)                                                                                              \
    TILE(2, SUB, MINIMUM)                                                                                              \
    TILE(3, SUB, MINIMUM) TILE(4, SUB, MINIMUM) TILE(5, SUB, MINIMUM) TILE(6, SUB, MINIMUM)
#define TILE_ROW(SUB, MINIMUM)                                                                                         \
    {tile_1_##SUB##_##MINIMUM, tile_2_##SUB##_##MINIMUM, tile_3_##SUB##_##MINIMUM,                                     \
     tile_4_##SUB##_##MINIMUM, tile_5_##SUB##_##MINIMUM, tile_6_##SUB##_##MINIMUM}

TILES(32, 0)
TILES(32, 1)
TILES(16, 0)
TILES(16, 1)

MARTLET_AVX512_END

/* [sub == 16][has minimum][tokens - 1] */
static const tile_function tiles[2][2][TOKENS] = {
    {TILE_ROW(32, 0), TILE_ROW(32, 1)},
    {TILE_ROW(16, 0), TILE_ROW(16, 1)},
};

static const struct martlet_unpacker_avx512 *const unpackers[] = {
    [MARTLET_Q4_0] = &martlet_unpacker_q4_0_avx512,     [MARTLET_Q4_1] = &martlet_unpacker_q4_1_avx512,
    [MARTLET_Q5_0] = &martlet_unpacker_q5_0_avx512,     [MARTLET_Q5_1] = &martlet_unpacker_q5_1_avx512,
    [MARTLET_Q8_0] = &martlet_unpacker_q8_0_avx512,     [MARTLET_Q2_K] = &martlet_unpacker_q2_k_avx512,
    [MARTLET_Q3_K] = &martlet_unpacker_q3_k_avx512,     [MARTLET_Q4_K] = &martlet_unpacker_q4_k_avx512,
    [MARTLET_Q5_K] = &martlet_unpacker_q5_k_avx512,     [MARTLET_Q6_K] = &martlet_unpacker_q6_k_avx512,
    [MARTLET_IQ4_NL] = &martlet_unpacker_iq4_nl_avx512, [MARTLET_IQ4_XS] = &martlet_unpacker_iq4_xs_avx512,
};

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Bytes of `columns` columns of a panel. */
static size_t panel_bytes_of(const struct martlet_unpacker_avx512 *unpacker, size_t columns) {
    const size_t kinds = unpacker->has_minimum ? 2 : 1;
    return ROWS * columns + ROWS * sizeof(float) * kinds * (columns / unpacker->sub);
}

/* Lays a panel's parts out from 64-byte aligned memory on: bytes, scales, minima. */
static void place_panel(const struct martlet_unpacker_avx512 *unpacker, uint8_t *memory, size_t columns,
                        struct panel *panel) {
    panel->q = memory;
    panel->scale = (float *)(void *)(memory + ROWS * columns);
    panel->minimum = panel->scale + ROWS * (columns / unpacker->sub);
}

size_t martlet_unpacked_bytes_avx512vnni(enum martlet_format format, size_t columns) {
    return martlet_activation_kind_of(format) == MARTLET_ACTIVATION_Q8 ? panel_bytes_of(unpackers[format], columns) : 0;
}

/* W -> panels of 32 rows, each in slices of SLICE_COLUMNS one after the other. K % 32 == 0. */
void martlet_unpack_avx512vnni(const struct martlet_matmul *operation, void *unpacked) {
    const struct martlet_unpacker_avx512 *unpacker = unpackers[operation->format];
    assert(operation->columns % 32 == 0 && (uintptr_t)unpacked % 64 == 0);
    uint8_t *memory = unpacked;
    for (size_t r = 0; r < operation->rows; r += ROWS) {
        for (size_t k = 0; k < operation->columns; k += SLICE_COLUMNS) {
            struct panel panel = {.columns = smaller(operation->columns - k, SLICE_COLUMNS)};
            place_panel(unpacker, memory, panel.columns, &panel);
            fill_panel(unpacker, operation, r, k, &panel);
            memory += panel_bytes_of(unpacker, panel.columns);
        }
    }
}

/* y = W x for any R, T and K % 32 == 0; scratch: martlet_matmul_scratch_bytes, unless the weights are unpacked. */
void martlet_gemm_avx512vnni(const struct martlet_matmul *operation) {
    const struct martlet_unpacker_avx512 *unpacker = unpackers[operation->format];
    uint8_t *unpacked = (uint8_t *)operation->unpacked; /* only read */
    assert(operation->columns % 32 == 0 && (unpacked != NULL || operation->scratch != NULL));
    assert((uintptr_t)operation->scratch % 64 == 0 && (uintptr_t)unpacked % 64 == 0);
    const size_t K = operation->columns;
    const size_t T = operation->activation_rows;
    const struct martlet_activation_row x = martlet_activation_row_at(operation->activations, K);
    const tile_function *row_of_tiles = tiles[unpacker->sub == 16][unpacker->has_minimum];

    struct panel panel;
    const size_t tile_count = (T + TOKENS - 1) / TOKENS;
    /* The run of memory that the panels come from, packed or not. */
    const size_t panel_bytes = unpacked != NULL ? panel_bytes_of(unpacker, K) : ROWS * operation->weight_row_bytes;
    const char *source = unpacked != NULL ? (const char *)unpacked : operation->weights;
    const size_t panel_count = (operation->rows + ROWS - 1) / ROWS;
    const char *const end = unpacked != NULL ? source + panel_count * panel_bytes
                                             : source + operation->rows * operation->weight_row_bytes;
    /* Unpacked panels are one run, which the hardware follows once it sees its beginning. */
    const size_t first_bytes = unpacked != NULL ? smaller(panel_bytes, 2048) : panel_bytes;
    martlet_prefetch_run(source, smaller(first_bytes, (size_t)(end - source)));
    for (size_t r = 0; r < operation->rows; r += ROWS) {
        const size_t rows = smaller(operation->rows - r, ROWS);
        const __mmask16 low = (__mmask16)(rows >= 16 ? 0xffff : (1u << rows) - 1);
        const __mmask16 high = (__mmask16)(rows <= 16 ? 0 : (1u << (rows - 16)) - 1);
        source += panel_bytes;
        panel.ahead = martlet_ahead_of(source, panel_bytes, end, K * tile_count);
        for (size_t k = 0; k < K; k += SLICE_COLUMNS) {
            panel.columns = smaller(K - k, SLICE_COLUMNS);
            if (unpacked != NULL) {
                place_panel(unpacker, unpacked, panel.columns, &panel);
                unpacked += panel_bytes_of(unpacker, panel.columns);
            } else {
                place_panel(unpacker, operation->scratch, panel.columns, &panel);
                fill_panel(unpacker, operation, r, k, &panel);
            }
            for (size_t i = 0, t = 0; i < tile_count; i++) {
                /* Tiles as equal as can be: no lonely last token. */
                const size_t count = (T - t + (tile_count - i) - 1) / (tile_count - i);
                const size_t offset = t * operation->activation_row_bytes;
                const struct tokens tokens = {
                    .q = (const char *)(x.q + k) + offset,
                    .bias = (unpacker->sub == 16 ? (const char *)(x.bias16 + k / 16)
                                                 : (const char *)(x.bias32 + k / 32)) + offset,
                    .scale = (const char *)(x.scale + k / MARTLET_ACTIVATION_BLOCK) + offset,
                    .ratio = (const char *)(x.ratio + k / MARTLET_ACTIVATION_BLOCK) + offset,
                    .stride = operation->activation_row_bytes,
                    .output = operation->output + t * operation->output_stride + r,
                    .output_stride = operation->output_stride,
                };
                row_of_tiles[count - 1](&panel, &tokens, low, high, k > 0 || operation->adds);
                martlet_ahead_skip(&panel.ahead, panel.columns);
                t += count;
            }
            if (operation->has_outliers) {
                add_outliers(unpacker, &panel, k, r, operation, low, high);
            }
        }
    }
}

#endif
