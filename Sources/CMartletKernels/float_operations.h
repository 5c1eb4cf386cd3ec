/* Operations on rows of floats and on the KV cache: the functions behind struct martlet_kernels, by instruction set. */
#ifndef MARTLET_FLOAT_OPERATIONS_H
#define MARTLET_FLOAT_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "martlet_activations.h"
#include "martlet_kernels.h"

/* Declares one instruction set's functions; what each computes is said in martlet_kernels.h. */
#define MARTLET_DECLARE_FLOAT_OPERATIONS(isa)                                                                          \
    void martlet_attention_##isa(const struct martlet_attention_tile *tile);                                           \
    void martlet_store_kv_##isa(enum martlet_kv_format format, const float *source, void *destination, size_t count);  \
    void martlet_rms_norm_##isa(const float *x, const float *weight, size_t count, float epsilon, float *y);           \
    void martlet_layer_norm_##isa(const float *x, const float *weight, const float *bias, size_t count, float epsilon, \
                                  float *y);                                                                           \
    void martlet_add_##isa(const float *x, size_t count, float *y);                                                    \
    void martlet_scale_##isa(float factor, size_t count, float *y);                                                    \
    void martlet_silu_multiply_##isa(float *gate, const float *up, size_t count);                                      \
    void martlet_gelu_multiply_##isa(float *gate, const float *up, size_t count);                                      \
    void martlet_gelu_##isa(float *x, size_t count);                                                                   \
    void martlet_gelu_exact_##isa(float *x, size_t count);                                                             \
    void martlet_relu_##isa(float *x, size_t count);                                                                   \
    void martlet_soft_cap_##isa(float *x, size_t count, float cap);                                                    \
    void martlet_rope_##isa(float *x, size_t heads, size_t width, size_t rotated, const float *cosines,                \
                            const float *sines, bool interleaved);                                                     \
    size_t martlet_take_outliers_##isa(float *x, size_t count, struct martlet_outlier outliers[MARTLET_OUTLIERS]);     \
    void martlet_activation_residue_##isa(const float *x, const void *row, size_t columns, float *y);                  \
    uint64_t martlet_read_bytes_##isa(const void *source, size_t count);

MARTLET_DECLARE_FLOAT_OPERATIONS(reference)
#if defined(__x86_64__)
MARTLET_DECLARE_FLOAT_OPERATIONS(avx2)
MARTLET_DECLARE_FLOAT_OPERATIONS(avx512)
#endif
#if defined(__aarch64__)
MARTLET_DECLARE_FLOAT_OPERATIONS(neon)
#endif

/* Rows that the fast attention takes at once: few enough that their scores stay in the first-level cache. */
#define MARTLET_ATTENTION_ROWS 24

/* The largest half: the KV cache holds nothing beyond. */
#define MARTLET_HALF_LIMIT 65504.0f

#endif
