/* The matrix product without dot-product instructions: see matmul_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "matmul.h"

#define PRODUCT_DOT 0
#define PRODUCT_NAME(operation) martlet_##operation##_neon
#include "vector_neon.h"
/* Each of these uses those above it. */
#include "unpack_vector.h"
#include "products_neon.h"
#include "matmul_float_vector.h"
#include "matmul_vector.h"

#endif
