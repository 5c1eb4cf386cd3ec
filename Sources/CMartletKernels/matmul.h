/* The matrix product's functions behind struct martlet_kernels, by instruction set. */
#ifndef MARTLET_MATMUL_H
#define MARTLET_MATMUL_H

#include "martlet_kernels.h"

void martlet_quantize_activation_reference(const float *x, size_t columns, void *row);
void martlet_matmul_reference(const struct martlet_matmul *operation);

#endif
