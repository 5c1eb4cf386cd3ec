/* Products with float weights: see matmul_float_vector.h. */
#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include "matmul.h"
#include "target_x86.h"

MARTLET_AVX512_FLOAT_BEGIN
#include "vector_avx512.h"
/* The source above comes first: what follows uses it. */
#include "matmul_float_vector.h"
MARTLET_FLOAT_END

#endif
