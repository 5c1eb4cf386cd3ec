/* The matrix product's functions behind struct martlet_kernels, by instruction set. */
#ifndef MARTLET_MATMUL_H
#define MARTLET_MATMUL_H

#include "martlet_activations.h"
#include "martlet_kernels.h"

/* What tables say whose products always read the file's own blocks. */
size_t martlet_unpacked_bytes_none(enum martlet_format format, size_t columns);
void martlet_unpack_none(const struct martlet_matmul *operation, void *unpacked);

/* The oracle: dequantised weights times dequantised activations, summed in double. */
void martlet_matmul_reference(const struct martlet_matmul *operation);
void martlet_quantize_activation_reference(const float *x, size_t columns, void *row);

#if defined(__x86_64__)
/* AVX2, FMA and F16C (Haswell, Zen 1 and later). */
void martlet_matmul_avx2(const struct martlet_matmul *operation);
void martlet_matmul_float_avx2(const struct martlet_matmul *operation);
void martlet_quantize_activation_avx2(const float *x, size_t columns, void *row);

/* Float weights with AVX-512 F, BW, DQ and VL. */
void martlet_matmul_float_avx512(const struct martlet_matmul *operation);

/* AVX-512 F, BW, DQ, VL, VBMI and VNNI (Ice Lake, Zen 4 and later). */
void martlet_matmul_avx512vnni(const struct martlet_matmul *operation);
void martlet_quantize_activation_avx512vnni(const float *x, size_t columns, void *row);
size_t martlet_unpacked_bytes_avx512vnni(enum martlet_format format, size_t columns);
void martlet_unpack_avx512vnni(const struct martlet_matmul *operation, void *unpacked);
#endif

#if defined(__aarch64__)
/* Every 64-bit Arm. */
void martlet_matmul_neon(const struct martlet_matmul *operation);
void martlet_matmul_float_neon(const struct martlet_matmul *operation);
void martlet_quantize_activation_neon(const float *x, size_t columns, void *row);

/* With dot products (Armv8.2: Neoverse N1, Cortex-A76, Apple M1 and later). */
void martlet_matmul_neondot(const struct martlet_matmul *operation);
void martlet_quantize_activation_neondot(const float *x, size_t columns, void *row);
#endif

/* Columns that a panel of unpacked weights covers; wider products go over K in slices of this. */
#define MARTLET_PANEL_COLUMNS 4096

/*
 * Rows lie one after another, so what the next steps of a product will need is one run of memory: each step asks for
 * its share of it, in order, one group of rows and a little more ahead, into the second-level cache. The hardware's own
 * prefetching loses the thread between rows and stops at page borders: without this, a Zen 4 core gets a third of its
 * bandwidth. Asking beyond the last row is harmless: a prefetch never faults.
 */
#define MARTLET_PREFETCH_AHEAD 8192

static inline __attribute__((always_inline)) void martlet_prefetch(const void *group, size_t group_bytes, size_t step,
                                                                   size_t step_bytes) {
    const char *address = (const char *)group + group_bytes + MARTLET_PREFETCH_AHEAD + step * step_bytes;
    for (size_t i = 0; i < step_bytes; i += 64) {
        __builtin_prefetch(address + i, 0, 2);
    }
}

/* Asks for the lines of a run of memory, into the second-level cache. */
static inline __attribute__((always_inline)) void martlet_prefetch_run(const void *start, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) {
        __builtin_prefetch((const char *)start + i, 0, 2);
    }
}

/*
 * Weights that will be needed soon, asked for bit by bit while others are worked on: a burst of requests would fill the
 * core's few slots for outstanding lines and stop everything behind it.
 */
struct martlet_ahead {
    const char *at;  /* what to ask for next */
    const char *end;
    size_t step;     /* bytes to ask for in 32 columns of work, a multiple of 64; 0 once the end is reached */
};

/* `bytes` from `start` on, spread over `columns` columns of work. */
static inline struct martlet_ahead martlet_ahead_of(const char *start, size_t bytes, const char *end, size_t columns) {
    struct martlet_ahead ahead = {start, start + bytes < end ? start + bytes : end, 0};
    if (start < ahead.end) {
        ahead.step = (bytes * 32 / columns + 63) / 64 * 64;
    }
    return ahead;
}

/* Goes on behind `columns` columns of work. */
static inline void martlet_ahead_skip(struct martlet_ahead *ahead, size_t columns) {
    ahead->at += columns / 32 * ahead->step;
    if (ahead->at >= ahead->end) {
        ahead->step = 0;
    }
}

#endif
