/* The searches of quantize_search.h, four values at a time in the compiler's own vectors. */
#include "quantize_search.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "block_layouts.h"

typedef float martlet_float4 __attribute__((vector_size(16)));

static martlet_float4 martlet_load4(const float *x) {
    martlet_float4 value;
    memcpy(&value, x, sizeof value);
    return value;
}

static float martlet_sum4(martlet_float4 x) {
    return (x[0] + x[2]) + (x[1] + x[3]);
}

static martlet_float4 martlet_all4(float x) {
    return (martlet_float4){x, x, x, x};
}

static martlet_float4 martlet_rounded4(martlet_float4 x, martlet_float4 low, martlet_float4 high) {
    martlet_float4 magic = martlet_all4(12582912.0f);
    return (__builtin_elementwise_min(__builtin_elementwise_max(x, low), high) + magic) - magic;
}

void martlet_clean_values(const float *source, float *destination, int count) {
    for (int i = 0; i < count; i++) {
        float x = source[i];
        destination[i] = x != x ? 0 : x > 65504 ? 65504 : x < -65504 ? -65504 : x;
    }
}

void martlet_importance(const float *x, float *w, int n) {
    float squares = 0;
    for (int i = 0; i < n; i++) {
        squares += x[i] * x[i];
    }
    float rms = sqrtf(squares / (float)n);
    for (int i = 0; i < n; i++) {
        w[i] = rms + fabsf(x[i]);
    }
}

/* The value of largest magnitude, with its sign. */
static float martlet_extreme(const float *x, int n) {
    float extreme = 0;
    for (int i = 0; i < n; i++) {
        extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
    }
    return extreme;
}

/* Least squares of one rounding x ~ d q: d, and how much of sum w x^2 it explains. */
struct martlet_fit {
    float d;
    float gain;
};

static struct martlet_fit martlet_fit_scale(const float *x, const float *w, int n, float inverse, int half) {
    martlet_float4 low = martlet_all4((float)-half), high = martlet_all4((float)(half - 1));
    martlet_float4 products = {0}, squares = {0};
    for (int i = 0; i < n; i += 4) {
        martlet_float4 value = martlet_load4(x + i);
        martlet_float4 q = martlet_rounded4(value * martlet_all4(inverse), low, high);
        martlet_float4 weighted = martlet_load4(w + i) * q;
        products += weighted * value;
        squares += weighted * q;
    }
    float product = martlet_sum4(products), square = martlet_sum4(squares);
    return square > 0 ? (struct martlet_fit){product / square, product * product / square} : (struct martlet_fit){0, 0};
}

float martlet_search_scale(const float *x, const float *w, int n, int half) {
    assert(n % 4 == 0 && half > 0);
    float extreme = martlet_extreme(x, n);
    if (fabsf(extreme) < 1e-15f) {
        return 0;
    }
    struct martlet_fit best = {0, 0};
    for (int step = -9; step <= 9; step++) {
        /* the extreme goes to the longer, negative side */
        float inverse = -((float)half + 0.1f * (float)step) / extreme;
        struct martlet_fit fit = martlet_fit_scale(x, w, n, inverse, half);
        best = fit.gain > best.gain ? fit : best;
    }
    struct martlet_fit refined = martlet_fit_scale(x, w, n, martlet_inverse(best.d), half);
    return refined.gain > best.gain ? refined.d : best.d;
}

int martlet_nearest_iq4(float x) {
    int index = 0;
    for (int i = 0; i < 15; i++) {
        index += x > 0.5f * (float)(martlet_iq4_values[i] + martlet_iq4_values[i + 1]);
    }
    return index;
}

float martlet_search_iq4_scale(const float *x, const float *w, int n) {
    float extreme = martlet_extreme(x, n);
    if (fabsf(extreme) < 1e-15f) {
        return 0;
    }
    struct martlet_fit best = {0, 0};
    for (int step = -7; step <= 7; step++) {
        for (int side = 0; side < 2; side++) {
            float inverse = ((float)martlet_iq4_values[side == 0 ? 0 : 15] + (float)step) / extreme;
            float product = 0, square = 0;
            for (int i = 0; i < n; i++) {
                float t = martlet_iq4_values[martlet_nearest_iq4(x[i] * inverse)];
                product += w[i] * t * x[i];
                square += w[i] * t * t;
            }
            if (square > 0 && product * product > best.gain * square) {
                best = (struct martlet_fit){product / square, product * product / square};
            }
        }
    }
    return best.d;
}

struct martlet_affine martlet_search_affine(const float *x, const float *w, int n, int top, bool is_negative) {
    assert(n % 4 == 0 && top > 0);
    float low = x[0], high = x[0];
    martlet_float4 weights = {0}, firsts = {0};
    for (int i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    for (int i = 0; i < n; i += 4) {
        weights += martlet_load4(w + i);
        firsts += martlet_load4(w + i) * martlet_load4(x + i);
    }
    float weight = martlet_sum4(weights), first = martlet_sum4(firsts);
    low = is_negative && low > 0 ? 0 : low;
    if (high - low < 1e-15f) {
        return (struct martlet_affine){0, is_negative && low > 0 ? 0 : low};
    }
    struct martlet_affine best = {(high - low) / (float)top, low};
    float least = INFINITY;
    for (int step = -10; step <= 10; step++) {
        float inverse = ((float)top + 0.1f * (float)step) / (high - low);
        martlet_float4 quants = {0}, squares = {0}, products = {0};
        for (int i = 0; i < n; i += 4) {
            martlet_float4 value = martlet_load4(x + i), importance = martlet_load4(w + i);
            martlet_float4 q = martlet_rounded4(
                (value - martlet_all4(low)) * martlet_all4(inverse), martlet_all4(0), martlet_all4((float)top));
            martlet_float4 weighted = importance * q;
            quants += weighted;
            squares += weighted * q;
            products += weighted * value;
        }
        float quant = martlet_sum4(quants), square = martlet_sum4(squares), product = martlet_sum4(products);
        float determinant = weight * square - quant * quant;
        if (!(determinant > 0)) {
            continue;
        }
        float scale = (weight * product - first * quant) / determinant;
        float minimum = (square * first - quant * product) / determinant;
        if (is_negative && minimum > 0) {
            minimum = 0;
            scale = product / square;
        }
        if (!(scale > 0)) {
            continue;
        }
        /* sum w (x - s q - m)^2 without sum w x^2, which all candidates share */
        float error = scale * scale * square + minimum * minimum * weight + 2 * scale * minimum * quant
            - 2 * scale * product - 2 * minimum * first;
        if (error < least) {
            least = error;
            best = (struct martlet_affine){scale, minimum};
        }
    }
    return best;
}
