/* The two shapes of the AVX-512 VNNI product; see martlet_matmul_avx512vnni. */
#ifndef MARTLET_GEMM_AVX512_H
#define MARTLET_GEMM_AVX512_H

#include "martlet_kernels.h"

/* Many tokens: a panel of weights is unpacked once and used for all of them. */
void martlet_gemm_avx512vnni(const struct martlet_matmul *operation);

#endif
