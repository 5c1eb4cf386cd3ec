/* The matrix product with NEON and its dot product (Armv8.2): see matmul_vector.h. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <assert.h>
#include <string.h>

#include "block_layouts.h"
#include "k_scales.h"
#include "matmul.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include "vector_neon.h"

V_INLINE void v_table_nibbles(const uint8_t *source, int8_t *low, int8_t *high) {
    const int8x16_t table = vld1q_s8(martlet_iq4_values);
    const uint8x16_t packed = vld1q_u8(source);
    vst1q_s8(low, vqtbl1q_s8(table, vandq_u8(packed, vdupq_n_u8(15))));
    vst1q_s8(high, vqtbl1q_s8(table, vshrq_n_u8(packed, 4)));
}

/* The sources above come first: what follows uses them. */
#include "unpack_row.h"

V_INLINE vector v_dot16(const int8_t *w, const int8_t *a) {
    return vcvtq_f32_s32(vdotq_s32(vdupq_n_s32(0), vld1q_s8(w), vld1q_s8(a)));
}

V_INLINE vector v_dot32(const int8_t *w, const int8_t *a) {
    const int32x4_t first = vdotq_s32(vdupq_n_s32(0), vld1q_s8(w), vld1q_s8(a));
    return vcvtq_f32_s32(vdotq_s32(first, vld1q_s8(w + 16), vld1q_s8(a + 16)));
}

V_INLINE vector v_add_minima(const float *minima, const int32_t *biases, size_t count, vector sum) {
    for (size_t i = 0; i < count; i += 4) {
        sum = vfmaq_f32(sum, vcvtq_f32_s32(vld1q_s32(biases + i)), vld1q_f32(minima + i));
    }
    return sum;
}

#include "matmul_float_vector.h"
/* The source above comes first: what follows uses it. */
#include "matmul_vector.h"
#pragma clang attribute pop

#endif
