/* Operations on rows of floats: see rows_vector.h. */
#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "float_operations.h"
#include "target_x86.h"

MARTLET_AVX512_FLOAT_BEGIN
#include "vector_avx512.h"
#include "vector_math.h"
/* The sources above come first: what follows uses them. */
#include "rows_vector.h"
MARTLET_FLOAT_END

#endif
