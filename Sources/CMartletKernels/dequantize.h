/*
 * Blocks -> floats, a function per format and instruction set.
 *
 * y[i] = the value that the format gives quant i; source: count / block length blocks, 2-byte aligned (F32: 4-byte);
 * count a multiple of the block length; destination may not overlap source. Every twin is bit-equal to the reference:
 * products and the subtraction of the minimum are each rounded, never fused.
 */
#ifndef MARTLET_DEQUANTIZE_H
#define MARTLET_DEQUANTIZE_H

#include <stddef.h>

#include "martlet_formats.h"

void martlet_dequantize_f32_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_f16_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_bf16_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q4_0_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q4_1_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q5_0_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q5_1_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q8_0_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q2_k_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q3_k_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q4_k_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q5_k_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_q6_k_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_iq4_nl_reference(const void *source, float *destination, size_t count);
void martlet_dequantize_iq4_xs_reference(const void *source, float *destination, size_t count);

/* The same by format number; the entry of the tables. */
void martlet_dequantize_reference(enum martlet_format format, const void *source, float *destination, size_t count);
#if defined(__x86_64__)
void martlet_dequantize_avx2(enum martlet_format format, const void *source, float *destination, size_t count);
void martlet_dequantize_avx512(enum martlet_format format, const void *source, float *destination, size_t count);
#endif
#if defined(__aarch64__)
void martlet_dequantize_neon(enum martlet_format format, const void *source, float *destination, size_t count);
#endif

#endif
