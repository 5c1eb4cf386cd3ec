/*
 * The tables of kernels and the choice between them.
 *
 * This file is compiled without wide instructions: it must run on every machine to find out what the machine has.
 */
#include <string.h>

#include "dequantize.h"
#include "float_operations.h"
#include "martlet_kernels.h"
#include "matmul.h"

static const struct martlet_kernels martlet_kernels_reference = {
    .name = "reference",
    .quantize_activation = martlet_quantize_activation_reference,
    .matmul = martlet_matmul_reference,
    .attention = martlet_attention_reference,
    .dequantize = martlet_dequantize_reference,
    .store_kv = martlet_store_kv_reference,
    .rms_norm = martlet_rms_norm_reference,
    .layer_norm = martlet_layer_norm_reference,
    .add = martlet_add_reference,
    .scale = martlet_scale_reference,
    .silu_multiply = martlet_silu_multiply_reference,
    .gelu_multiply = martlet_gelu_multiply_reference,
    .gelu = martlet_gelu_reference,
    .soft_cap = martlet_soft_cap_reference,
    .rope = martlet_rope_reference,
    .read_bytes = martlet_read_bytes_reference,
};

#if defined(__x86_64__)
static const struct martlet_kernels martlet_kernels_avx512vnni = {
    .name = "avx512vnni",
    .quantize_activation = martlet_quantize_activation_avx512vnni,
    .matmul = martlet_matmul_avx512vnni,
    .attention = martlet_attention_reference,
    .dequantize = martlet_dequantize_reference,
    .store_kv = martlet_store_kv_reference,
    .rms_norm = martlet_rms_norm_reference,
    .layer_norm = martlet_layer_norm_reference,
    .add = martlet_add_reference,
    .scale = martlet_scale_reference,
    .silu_multiply = martlet_silu_multiply_reference,
    .gelu_multiply = martlet_gelu_multiply_reference,
    .gelu = martlet_gelu_reference,
    .soft_cap = martlet_soft_cap_reference,
    .rope = martlet_rope_reference,
    .read_bytes = martlet_read_bytes_reference,
};

static bool martlet_has_avx512vnni(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
           __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}
#endif

static bool martlet_runs_everywhere(void) {
    return true;
}

/* Slowest first. */
static const struct martlet_kernel_set {
    const struct martlet_kernels *table;
    bool (*is_available)(void);
} martlet_kernel_sets[] = {
    {&martlet_kernels_reference, martlet_runs_everywhere},
#if defined(__x86_64__)
    {&martlet_kernels_avx512vnni, martlet_has_avx512vnni},
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
