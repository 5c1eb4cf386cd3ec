/* The matrix product with dot-product instructions (Armv8.2 and later, Graviton2): see matmul_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "matmul.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define PRODUCT_DOT 1
#define PRODUCT_NAME(operation) martlet_##operation##_neondot
#include "vector_neon.h"
/* Each of these uses those above it. */
#include "unpack_vector.h"
#include "products_neon.h"
#include "matmul_vector.h"
#pragma clang attribute pop

#endif
