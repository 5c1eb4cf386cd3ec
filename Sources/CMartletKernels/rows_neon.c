/* Operations on rows of floats: see rows_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <math.h>
#include <string.h>

#include "float_operations.h"

#include "vector_neon.h"
#include "vector_math.h"
/* The sources above come first: what follows uses them. */
#include "rows_vector.h"

#endif
