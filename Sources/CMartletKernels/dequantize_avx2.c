/* Unpackers: see dequantize_vector.h. */
#if defined(__x86_64__)

#include <assert.h>
#include <immintrin.h>
#include <string.h>

#include "block_layouts.h"
#include "dequantize.h"
#include "target_x86.h"

MARTLET_AVX2_FLOAT_BEGIN
#include "vector_avx2.h"
/* The source above comes first: what follows uses it. */
#include "dequantize_vector.h"
MARTLET_FLOAT_END

#endif
