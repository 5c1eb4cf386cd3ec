/* Four floats in a NEON register, under the names that the *_vector.h sources use. */
#include "half.h"

#define VECTOR_WIDTH 4
#define VECTOR_NAME(operation) martlet_##operation##_neon
/* Attention's register tile for many rows: sums of 6 rows x VECTOR_TILE vectors of columns. */
#define VECTOR_TILE 4
/* The same for up to VECTOR_STREAM_LIMIT rows, where the cache is unpacked on the way. */
#define VECTOR_STREAM_ROWS 4
#define VECTOR_STREAM_TILE 4
#define VECTOR_STREAM_LIMIT 8

typedef float32x4_t vector;

#define V_INLINE static inline __attribute__((always_inline))

V_INLINE vector v_set(float x) { return vdupq_n_f32(x); }
V_INLINE vector v_load(const float *p) { return vld1q_f32(p); }
V_INLINE void v_store(float *p, vector x) { vst1q_f32(p, x); }
/* The first n lanes, 0 < n < VECTOR_WIDTH; the others load as 0. */
V_INLINE vector v_load_partial(const float *p, size_t n) {
    float lanes[4] = {0};
    memcpy(lanes, p, n * sizeof(float));
    return vld1q_f32(lanes);
}
V_INLINE void v_store_partial(float *p, vector x, size_t n) {
    float lanes[4];
    vst1q_f32(lanes, x);
    memcpy(p, lanes, n * sizeof(float));
}
V_INLINE vector v_add(vector a, vector b) { return vaddq_f32(a, b); }
V_INLINE vector v_sub(vector a, vector b) { return vsubq_f32(a, b); }
V_INLINE vector v_mul(vector a, vector b) { return vmulq_f32(a, b); }
V_INLINE vector v_div(vector a, vector b) { return vdivq_f32(a, b); }
/* Where b is not a number, so is the result. */
V_INLINE vector v_max(vector a, vector b) { return vmaxq_f32(a, b); }
V_INLINE vector v_min(vector a, vector b) { return vminq_f32(a, b); }
V_INLINE vector v_abs(vector x) { return vabsq_f32(x); }
/* a * b + c. */
V_INLINE vector v_fma(vector a, vector b, vector c) { return vfmaq_f32(c, a, b); }
/* c - a * b. */
V_INLINE vector v_fnma(vector a, vector b, vector c) { return vfmsq_f32(c, a, b); }
V_INLINE float v_sum(vector x) { return vaddvq_f32(x); }
V_INLINE float v_greatest(vector x) { return vmaxvq_f32(x); }
V_INLINE float v_first(vector x) { return vgetq_lane_f32(x, 0); }
V_INLINE vector v_round(vector x) { return vrndnq_f32(x); }
/* x * 2^n for integers n in -126..127. */
V_INLINE vector v_times_power(vector x, vector n) {
    int32x4_t exponent = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
    return vmulq_f32(x, vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23)));
}
/* x where test > limit, else 0. */
V_INLINE vector v_where_above(vector test, float limit, vector x) {
    uint32x4_t below = vcleq_f32(test, vdupq_n_f32(limit));
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(x), below));
}
/* x in the lanes whose index i has first <= i + start < last, `other` elsewhere; 0 <= first <= last <= 64. */
V_INLINE vector v_within(vector x, int start, int first, int last, vector other) {
    const int32_t lanes[4] = {0, 1, 2, 3};
    int32x4_t index = vaddq_s32(vdupq_n_s32(start), vld1q_s32(lanes));
    uint32x4_t inside = vandq_u32(vcgeq_s32(index, vdupq_n_s32(first)), vcltq_s32(index, vdupq_n_s32(last)));
    return vbslq_f32(inside, x, other);
}
/* A bit for each lane whose magnitude is above `limit`. */
V_INLINE uint32_t v_lanes_above(vector x, float limit) {
    const uint32_t bits[4] = {1, 2, 4, 8};
    return vaddvq_u32(vandq_u32(vcagtq_f32(x, vdupq_n_f32(limit)), vld1q_u32(bits)));
}
/* The sums of a, b, c, d to p[0..3]. */
V_INLINE void v_store_sums(float *p, vector a, vector b, vector c, vector d) {
    vst1q_f32(p, vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d)));
}
V_INLINE vector v_load_half(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
V_INLINE void v_store_half(uint16_t *p, vector x) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x))); }
V_INLINE float v_float_of_half(uint16_t half) {
    return vgetq_lane_f32(vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(half))), 0);
}
V_INLINE vector v_load_int8(const int8_t *p) {
    int32_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(bytes))))));
}
/* Rounds to nearest even; |x| <= 127. */
V_INLINE void v_store_int8(int8_t *p, vector x) {
    int16x4_t words = vmovn_s32(vcvtnq_s32_f32(x));
    int32_t bytes = vget_lane_s32(vreinterpret_s32_s8(vmovn_s16(vcombine_s16(words, words))), 0);
    memcpy(p, &bytes, sizeof bytes);
}
V_INLINE vector v_evens(vector a, vector b) { return vuzp1q_f32(a, b); }
V_INLINE vector v_odds(vector a, vector b) { return vuzp2q_f32(a, b); }
V_INLINE vector v_zip_low(vector a, vector b) { return vzip1q_f32(a, b); }
V_INLINE vector v_zip_high(vector a, vector b) { return vzip2q_f32(a, b); }
