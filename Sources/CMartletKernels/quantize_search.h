/*
 * The search for the scale (and minimum) of a group of values: every candidate rounds the values, solves the weighted
 * least squares for that rounding, and the smallest error wins. Groups have n values, n % 4 == 0, n <= 32.
 */
#ifndef MARTLET_QUANTIZE_SEARCH_H
#define MARTLET_QUANTIZE_SEARCH_H

#include <stdbool.h>

/* Copies `count` values, not-a-numbers as 0, clamped to +-65504. */
void martlet_clean_values(const float *source, float *destination, int count);

/* w = rms(x) + |x|: errors of large weights matter more, and none is free. */
void martlet_importance(const float *x, float *w, int n);

/* The d of smallest sum w (x - d q)^2 over integers q in -half..half - 1. The sign of d is free; 0 if all x are 0. */
float martlet_search_scale(const float *x, const float *w, int n, int half);

/* The d of smallest sum w (x - d t)^2 over the values t of martlet_iq4_values. */
float martlet_search_iq4_scale(const float *x, const float *w, int n);

struct martlet_affine {
    float scale;   /* >= 0 */
    float minimum; /* x = scale * q + minimum */
};

/* The scale and minimum of smallest sum w (x - scale q - minimum)^2, q in 0..top; minimum <= 0 if `is_negative`. */
struct martlet_affine martlet_search_affine(const float *x, const float *w, int n, int top, bool is_negative);

/* round(x) to nearest even, for |x| < 2^22. */
static inline int martlet_round(float x) {
    return (int)((x + 12582912.0f) - 12582912.0f); /* 1.5 * 2^23: the sum has no fraction bits left */
}

/* round(x * inverse) + offset within low..high; |x * inverse| is clamped before it is rounded. */
static inline int martlet_quant(float x, float inverse, int low, int high) {
    float value = x * inverse;
    value = value < (float)low ? (float)low : value;
    value = value > (float)high ? (float)high : value;
    return martlet_round(value);
}

/* The index of the value of martlet_iq4_values nearest to x. */
int martlet_nearest_iq4(float x);

/* 1 / x, or 0 where that is no use. */
static inline float martlet_inverse(float x) {
    return x > 1e-30f || x < -1e-30f ? 1 / x : 0;
}

#endif
