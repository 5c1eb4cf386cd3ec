/* The matrix product's functions behind struct martlet_kernels, by instruction set. */
#ifndef MARTLET_MATMUL_H
#define MARTLET_MATMUL_H

#include "martlet_activations.h"
#include "martlet_kernels.h"

/* The oracle: dequantised weights times dequantised activations, summed in double. */
void martlet_matmul_reference(const struct martlet_matmul *operation);
void martlet_quantize_activation_reference(const float *x, size_t columns, void *row);

#if defined(__x86_64__)
/* AVX-512 F, BW, DQ, VL, VBMI and VNNI (Ice Lake, Zen 4 and later). */
void martlet_matmul_avx512vnni(const struct martlet_matmul *operation);
void martlet_quantize_activation_avx512vnni(const float *x, size_t columns, void *row);
#endif

/* Columns that a panel of unpacked weights covers; wider products go over K in slices of this. */
#define MARTLET_PANEL_COLUMNS 4096

#endif
