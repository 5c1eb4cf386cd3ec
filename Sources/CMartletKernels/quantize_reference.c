/* Reference packers of the formats without blocks. */
#include <assert.h>
#include <string.h>

#include "half.h"
#include "quantize.h"

/* y = x; exact; see quantize.h. */
void martlet_quantize_f32_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    memcpy(destination, source, count * sizeof(float));
}

/* y = half x, to nearest even; see quantize.h. */
void martlet_quantize_f16_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    uint16_t *halves = destination;
    for (size_t i = 0; i < count; i++) {
        halves[i] = martlet_half_of_float(source[i]);
    }
}

/* y = bfloat x, to nearest even; see quantize.h. */
void martlet_quantize_bf16_reference(const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    uint16_t *halves = destination;
    for (size_t i = 0; i < count; i++) {
        halves[i] = martlet_bfloat_of_float(source[i]);
    }
}
