/*
 * The tables of kernels and the choice between them.
 *
 * This file is compiled without wide instructions: it must run on every machine to find out what the machine has.
 */
#include <string.h>
#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#include "dequantize.h"
#include "float_operations.h"
#include "martlet_kernels.h"
#include "matmul.h"

/* A table whose matrix product, unpacked weights and float operations come from three instruction sets. */
#define MARTLET_TABLE(table_name, product, unpacked, floats)                                                           \
    {                                                                                                                  \
        .name = table_name,                                                                                            \
        .quantize_activation = martlet_quantize_activation_##product,                                                  \
        .matmul = martlet_matmul_##product,                                                                            \
        .unpacked_bytes = martlet_unpacked_bytes_##unpacked,                                                           \
        .unpack = martlet_unpack_##unpacked,                                                                           \
        .attention = martlet_attention_##floats,                                                                       \
        .dequantize = martlet_dequantize_##floats,                                                                     \
        .store_kv = martlet_store_kv_##floats,                                                                         \
        .rms_norm = martlet_rms_norm_##floats,                                                                         \
        .layer_norm = martlet_layer_norm_##floats,                                                                     \
        .add = martlet_add_##floats,                                                                                   \
        .scale = martlet_scale_##floats,                                                                               \
        .silu_multiply = martlet_silu_multiply_##floats,                                                               \
        .gelu_multiply = martlet_gelu_multiply_##floats,                                                               \
        .gelu = martlet_gelu_##floats,                                                                                 \
        .gelu_exact = martlet_gelu_exact_##floats,                                                                     \
        .relu = martlet_relu_##floats,                                                                                 \
        .soft_cap = martlet_soft_cap_##floats,                                                                         \
        .rope = martlet_rope_##floats,                                                                                 \
        .take_outliers = martlet_take_outliers_##floats,                                                               \
        .activation_residue = martlet_activation_residue_##floats,                                                     \
        .read_bytes = martlet_read_bytes_##floats,                                                                     \
    }

static const struct martlet_kernels martlet_kernels_reference = MARTLET_TABLE("reference", reference, none, reference);

static bool martlet_runs_everywhere(void) {
    return true;
}

#if defined(__x86_64__)
static const struct martlet_kernels martlet_kernels_avx2 = MARTLET_TABLE("avx2", avx2, none, avx2);
static const struct martlet_kernels martlet_kernels_avx512 = MARTLET_TABLE("avx512", avx2, none, avx512);
static const struct martlet_kernels martlet_kernels_avx512vnni =
    MARTLET_TABLE("avx512vnni", avx512vnni, avx512vnni, avx512);

static bool martlet_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static bool martlet_has_avx512(void) {
    return martlet_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool martlet_has_avx512vnni(void) {
    return martlet_has_avx512() && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}
#endif

#if defined(__aarch64__)
static const struct martlet_kernels martlet_kernels_neon = MARTLET_TABLE("neon", neon, none, neon);
static const struct martlet_kernels martlet_kernels_neondot = MARTLET_TABLE("neondot", neondot, none, neon);

/* Dot products: optional in Armv8.2 and 8.3, and every Apple machine has them. */
static bool martlet_has_neon_dot_products(void) {
#if defined(__linux__)
    const unsigned long asimddp = 1ul << 20;
    return (getauxval(AT_HWCAP) & asimddp) != 0;
#else
    return true;
#endif
}
#endif

/* Slowest first. */
static const struct martlet_kernel_set {
    const struct martlet_kernels *table;
    bool (*is_available)(void);
} martlet_kernel_sets[] = {
    {&martlet_kernels_reference, martlet_runs_everywhere},
#if defined(__x86_64__)
    {&martlet_kernels_avx2, martlet_has_avx2},
    {&martlet_kernels_avx512, martlet_has_avx512},
    {&martlet_kernels_avx512vnni, martlet_has_avx512vnni},
#endif
#if defined(__aarch64__)
    {&martlet_kernels_neon, martlet_runs_everywhere},
    {&martlet_kernels_neondot, martlet_has_neon_dot_products},
#endif
};

#define SET_COUNT (sizeof martlet_kernel_sets / sizeof martlet_kernel_sets[0])

const struct martlet_kernels *martlet_kernels_best(void) {
    size_t i = SET_COUNT - 1;
    while (i > 0 && !martlet_kernel_sets[i].is_available()) {
        i--;
    }
    return martlet_kernel_sets[i].table;
}

const struct martlet_kernels *martlet_kernels_named(const char *name) {
    for (size_t i = 0; name != NULL && i < SET_COUNT; i++) {
        if (strcmp(martlet_kernel_sets[i].table->name, name) == 0) {
            return martlet_kernel_sets[i].is_available() ? martlet_kernel_sets[i].table : NULL;
        }
    }
    return NULL;
}

size_t martlet_kernels_available(const struct martlet_kernels **tables, size_t capacity) {
    size_t count = 0;
    for (size_t i = 0; i < SET_COUNT; i++) {
        if (martlet_kernel_sets[i].is_available()) {
            if (count < capacity) {
                tables[count] = martlet_kernel_sets[i].table;
            }
            count++;
        }
    }
    return count;
}
