/* The matrix product: see matmul_vector.h. */
#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "matmul.h"
#include "target_x86.h"

MARTLET_AVX2_FLOAT_BEGIN
#include "vector_avx2.h"
/* Each of these uses those above it. */
#include "unpack_vector.h"
#include "products_avx2.h"
#include "matmul_float_vector.h"
#include "matmul_vector.h"
MARTLET_FLOAT_END

#endif
