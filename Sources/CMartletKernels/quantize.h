/*
 * Floats -> blocks, a function per format.
 *
 * count a multiple of the block length; destination 2-byte aligned, may not overlap source. Scales are found by a
 * weighted least-squares search, and quants are rounded against the scales as stored.
 * Not-a-numbers count as 0 and values beyond +-65504 (infinities too) as that limit, except in F32, F16 and BF16,
 * which keep what they can hold.
 */
#ifndef MARTLET_QUANTIZE_H
#define MARTLET_QUANTIZE_H

#include <stddef.h>

void martlet_quantize_f32_reference(const float *source, void *destination, size_t count);
void martlet_quantize_f16_reference(const float *source, void *destination, size_t count);
void martlet_quantize_bf16_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q4_0_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q4_1_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q5_0_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q5_1_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q8_0_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q2_k_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q3_k_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q4_k_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q5_k_reference(const float *source, void *destination, size_t count);
void martlet_quantize_q6_k_reference(const float *source, void *destination, size_t count);
void martlet_quantize_iq4_nl_reference(const float *source, void *destination, size_t count);
void martlet_quantize_iq4_xs_reference(const float *source, void *destination, size_t count);

#endif
