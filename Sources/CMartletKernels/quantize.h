/*
 * Floats -> blocks, a function per format.
 *
 * count a multiple of the block length; destination 2-byte aligned, may not overlap source.
 * Not-a-numbers count as 0 and values beyond +-MARTLET_QUANTIZE_LIMIT (infinities too) as the limit, except in F32,
 * F16 and BF16, which keep them.
 */
#ifndef MARTLET_QUANTIZE_H
#define MARTLET_QUANTIZE_H

#include <stddef.h>

void martlet_quantize_f32_reference(const float *source, void *destination, size_t count);
void martlet_quantize_f16_reference(const float *source, void *destination, size_t count);
void martlet_quantize_bf16_reference(const float *source, void *destination, size_t count);

#endif
