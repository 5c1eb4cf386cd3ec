/* Attention and the KV cache: see attention_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <math.h>
#include <string.h>

#include "block_layouts.h"
#include "float_operations.h"

#include "vector_neon.h"
#include "vector_math.h"
/* The sources above come first: what follows uses them. */
#include "attention_vector.h"

#endif
