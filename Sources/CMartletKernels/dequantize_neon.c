/* Unpackers: see dequantize_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <string.h>

#include "block_layouts.h"
#include "dequantize.h"

#include "vector_neon.h"
/* The source above comes first: what follows uses it. */
#include "dequantize_vector.h"

#endif
