/*
 * Martlet's compute kernels: pointers in, pointers out. No malloc, no threads, no globals but const tables.
 *
 * Shape letters: T rows (tokens) of a step, K columns of a weight matrix, R its rows, d head width.
 * Matrices are row-major: y[t][r] = sum_k W[r][k] * x[t][k].
 *
 * Every function that has fast twins is reached through `struct martlet_kernels`, one table per instruction set;
 * the reference table is the oracle that the others are tested against.
 */
#ifndef MARTLET_KERNELS_H
#define MARTLET_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "martlet_formats.h"

/* How a weight format wants the other operand of a matrix product. */
enum martlet_activation_kind {
    MARTLET_ACTIVATION_F32 = 0, /* K floats */
    MARTLET_ACTIVATION_Q8 = 1,  /* int8 with a scale and a sum per block, see martlet_activations.h */
    /* The same with values apart that are far larger than the others, where a product of a format of Q8 says so. */
    MARTLET_ACTIVATION_Q8_APART = 2,
};

/* A value of a row that is kept apart from the others; 0 for none. */
struct martlet_outlier {
    uint32_t column;
    float value;
};
/* The most outliers of a row, and how many times the next largest magnitude theirs exceed. */
#define MARTLET_OUTLIERS 2
#define MARTLET_OUTLIER_FACTOR 2

/* Bytes of one activation row of K columns; a multiple of 64. K % 32 == 0 but for F32. Rows start at 64-byte borders. */
size_t martlet_activation_row_bytes(enum martlet_activation_kind kind, size_t columns);

/* Which activation the format's product takes, F32 or Q8; every format has one. */
enum martlet_activation_kind martlet_activation_kind_of(enum martlet_format format);

/* Bytes of scratch memory (64-byte aligned) that one thread needs for `matmul` on this format and width. */
size_t martlet_matmul_scratch_bytes(enum martlet_format format, size_t columns);

/*
 * Rows of W that `matmul` handles together: splitting R between threads at multiples of this loses nothing.
 */
#define MARTLET_ROW_TILE 32

/* One product y[t][r] = sum_k W[r][k] x[t][k] for a range of rows, by one thread. */
struct martlet_matmul {
    enum martlet_format format;
    const void *weights;        /* first row; rows are `weight_row_bytes` apart */
    size_t weight_row_bytes;
    size_t columns;             /* K, a multiple of the format's block length */
    size_t rows;                /* R */
    const void *activations;    /* first row, of the format's activation kind; rows `activation_row_bytes` apart */
    size_t activation_row_bytes;
    size_t activation_rows;     /* T >= 1 */
    float *output;              /* y[0][0]; y[t][r] is output[t * output_stride + r]; overlaps no input */
    size_t output_stride;
    void *scratch;              /* martlet_matmul_scratch_bytes, may be NULL when T == 1 and neither flag is set */
    const void *unpacked;       /* the same rows as the table's `unpack` wrote them, 64-byte aligned, or NULL */
    bool has_outliers;          /* the activations are of kind Q8_APART */
    bool adds;                  /* y[t][r] += instead; for formats that take Q8 */
};

/* Keys and values in the cache. */
enum martlet_kv_format {
    MARTLET_KV_F16 = 0,
    MARTLET_KV_Q8_0 = 1, /* blocks of 32 with an F16 scale, d % 32 == 0 */
    MARTLET_KV_F32 = 2,  /* exact, in twice the memory */
};

/* Bytes of one head's row of `width` values. */
size_t martlet_kv_row_bytes(enum martlet_kv_format format, size_t width);

/*
 * One tile of flash attention: rows of queries that share a kv head against `positions` cached positions.
 * Online softmax: `maximum`, `sum` and `output` carry over from tile to tile; start them at -INFINITY, 0, 0 and divide
 * `output` by `sum` after the last tile.
 */
struct martlet_attention_tile {
    enum martlet_kv_format format;
    size_t width;             /* d of keys (and of values) */
    const float *queries;     /* [rows][d], rows `query_stride` floats apart, not yet scaled */
    size_t query_stride;
    size_t rows;
    const void *keys;         /* [positions][d] in `format`, rows martlet_kv_row_bytes apart */
    const void *values;       /* the same */
    size_t positions;         /* at most MARTLET_ATTENTION_POSITIONS */
    const int32_t *first;     /* per row: first visible position of this tile */
    const int32_t *last;      /* per row: one past the last visible position; last <= first hides the tile */
    float scale;              /* of the scores, 1/sqrt(d) in most models */
    float soft_cap;           /* scores become cap * tanh(score / cap); 0 is off */
    const float *const *biases; /* per row: MARTLET_ATTENTION_POSITIONS floats to add to its scaled scores, of which
                                   those of hidden positions don't count; or NULL for none */
    float *maximum;           /* [rows] running maximum */
    float *sum;               /* [rows] running denominator */
    float *output;            /* [rows][d] running numerator, dense */
    float *scratch;           /* martlet_attention_scratch_floats(rows, width) floats, 64-byte aligned */
};
#define MARTLET_ATTENTION_POSITIONS 64
size_t martlet_attention_scratch_floats(size_t rows, size_t width);

/* One instruction set's kernels. */
struct martlet_kernels {
    const char *name; /* "reference", "avx2", "avx512", "avx512vnni", "neon", "neondot" */

    /* x[K] -> one activation row of kind Q8. K % 32 == 0. */
    void (*quantize_activation)(const float *x, size_t columns, void *row);
    /* See struct martlet_matmul. */
    void (*matmul)(const struct martlet_matmul *operation);
    /*
     * Bytes that each MARTLET_ROW_TILE rows (or what is left of them) of K columns take when they are kept unpacked, a
     * multiple of 64; 0 where `matmul` would gain nothing. Many products with few tokens are what gains.
     */
    size_t (*unpacked_bytes)(enum martlet_format format, size_t columns);
    /* The operation's weights, from its `weights` on, to 64-byte aligned memory; reads nothing else of the operation. */
    void (*unpack)(const struct martlet_matmul *operation, void *unpacked);
    /* See struct martlet_attention_tile. */
    void (*attention)(const struct martlet_attention_tile *tile);

    /* n values of `format` at `source` -> floats. n a multiple of the block length. */
    void (*dequantize)(enum martlet_format format, const void *source, float *destination, size_t count);
    /* n floats -> one row of the KV cache. */
    void (*store_kv)(enum martlet_kv_format format, const float *source, void *destination, size_t count);

    /* y = x / sqrt(mean(x^2) + epsilon) * weight; weight may be NULL; y may be x. */
    void (*rms_norm)(const float *x, const float *weight, size_t count, float epsilon, float *y);
    /* y = (x - mean) / sqrt(variance + epsilon) * weight + bias; bias may be NULL; y may be x. */
    void (*layer_norm)(const float *x, const float *weight, const float *bias, size_t count, float epsilon, float *y);
    /* y += x. */
    void (*add)(const float *x, size_t count, float *y);
    /* y *= factor. */
    void (*scale)(float factor, size_t count, float *y);
    /* gate = silu(gate) * up. */
    void (*silu_multiply)(float *gate, const float *up, size_t count);
    /* gate = gelu_tanh(gate) * up. */
    void (*gelu_multiply)(float *gate, const float *up, size_t count);
    /* x = gelu_tanh(x). */
    void (*gelu)(float *x, size_t count);
    /* x = x/2 (1 + erf(x / sqrt(2))). */
    void (*gelu_exact)(float *x, size_t count);
    /* x = max(x, 0). */
    void (*relu)(float *x, size_t count);
    /* x = cap * tanh(x / cap). */
    void (*soft_cap)(float *x, size_t count, float cap);
    /*
     * Rotates `heads` heads of width d at x by the angles of one position; `rotated` of the d values turn.
     * cosines, sines: [rotated / 2]. interleaved: pairs (2i, 2i+1) (llama's own order in GGUF files);
     * otherwise pairs (i, i + rotated/2) (NeoX order).
     */
    void (*rope)(float *x, size_t heads, size_t width, size_t rotated, const float *cosines, const float *sines,
                 bool interleaved);
    /*
     * Moves the up to MARTLET_OUTLIERS values of n out of x that exceed MARTLET_OUTLIER_FACTOR times the magnitude of
     * the next largest, where 0 stays behind: in order of columns, zeros after the last. Returns how many there are. Of
     * values that aren't all finite it takes any.
     */
    size_t (*take_outliers)(float *x, size_t count, struct martlet_outlier outliers[MARTLET_OUTLIERS]);
    /* y = x - what the bytes of the activation row say; [K], K % 32 == 0. */
    void (*activation_residue)(const float *x, const void *row, size_t columns, float *y);
    /* Reads `count` bytes once; the result only keeps the reads alive. For measuring memory bandwidth. */
    uint64_t (*read_bytes)(const void *source, size_t count);
};

/*
 * x[K] -> one activation row of kind Q8_APART and, unless `residue` is NULL, what that leaves out as a row of kind Q8.
 * K % 32 == 0; scratch: K floats, or NULL without a residue. x is written to on the way, and is in the end as it was.
 */
void martlet_quantize_activation_apart(const struct martlet_kernels *kernels, float *x, size_t columns, void *row,
                                       void *residue, float *scratch);

/* The best table that this machine runs; never NULL. */
const struct martlet_kernels *martlet_kernels_best(void);
/* The table of that name, or NULL when the name is unknown or this machine can't run it. */
const struct martlet_kernels *martlet_kernels_named(const char *name);
/* The tables that this machine runs, reference first: writes up to `capacity` of them, returns how many there are. */
size_t martlet_kernels_available(const struct martlet_kernels **tables, size_t capacity);

#endif
