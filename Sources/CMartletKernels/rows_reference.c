/* Reference operations on rows of floats: norms, sums, activation functions, rotation. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "float_operations.h"

#pragma STDC FP_CONTRACT OFF

/* y = x / sqrt(mean(x^2) + epsilon) * weight; [count]; any alignment; y may be x; accumulates in double. */
void martlet_rms_norm_reference(const float *x, const float *weight, size_t count, float epsilon, float *y) {
    assert(x != NULL && y != NULL && count > 0);
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += (double)x[i] * (double)x[i];
    }
    float factor = (float)(1 / sqrt(squares / (double)count + (double)epsilon));
    for (size_t i = 0; i < count; i++) {
        y[i] = x[i] * factor * (weight != NULL ? weight[i] : 1);
    }
}

/* y = (x - mean) / sqrt(variance + epsilon) * weight + bias; [count]; any alignment; y may be x. */
void martlet_layer_norm_reference(const float *x, const float *weight, const float *bias, size_t count, float epsilon,
                                  float *y) {
    assert(x != NULL && y != NULL && count > 0);
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)x[i];
    }
    double mean = sum / (double)count;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += ((double)x[i] - mean) * ((double)x[i] - mean);
    }
    float factor = (float)(1 / sqrt(squares / (double)count + (double)epsilon));
    for (size_t i = 0; i < count; i++) {
        float normal = (x[i] - (float)mean) * factor * (weight != NULL ? weight[i] : 1);
        y[i] = normal + (bias != NULL ? bias[i] : 0);
    }
}

/* y += x; [count]; any alignment; y may be x. */
void martlet_add_reference(const float *x, size_t count, float *y) {
    assert(x != NULL && y != NULL);
    for (size_t i = 0; i < count; i++) {
        y[i] += x[i];
    }
}

/* y *= factor; [count]; any alignment. */
void martlet_scale_reference(float factor, size_t count, float *y) {
    assert(y != NULL);
    for (size_t i = 0; i < count; i++) {
        y[i] *= factor;
    }
}

/* gate = gate / (1 + exp(-gate)) * up; [count]; any alignment; gate may not be up. */
void martlet_silu_multiply_reference(float *gate, const float *up, size_t count) {
    assert(gate != NULL && up != NULL);
    for (size_t i = 0; i < count; i++) {
        gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
    }
}

/* x/2 * (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). Hendrycks & Gimpel 2016, arXiv:1606.08415. */
static float martlet_gelu_of(float x) {
    return 0.5f * x * (1 + tanhf(0.79788456f * x * (1 + 0.044715f * x * x)));
}

/* gate = gelu(gate) * up; [count]; any alignment; gate may not be up. */
void martlet_gelu_multiply_reference(float *gate, const float *up, size_t count) {
    assert(gate != NULL && up != NULL);
    for (size_t i = 0; i < count; i++) {
        gate[i] = martlet_gelu_of(gate[i]) * up[i];
    }
}

/* x = gelu(x); [count]; any alignment. */
void martlet_gelu_reference(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i++) {
        x[i] = martlet_gelu_of(x[i]);
    }
}

/* x = x/2 (1 + erf(x / sqrt(2))); [count]; any alignment. Hendrycks & Gimpel 2016, arXiv:1606.08415. */
void martlet_gelu_exact_reference(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i++) {
        x[i] = (float)(0.5 * (double)x[i] * erfc(-(double)x[i] * 0.70710678118654752));
    }
}

/* x = max(x, 0), not-a-number for itself; [count]; any alignment. */
void martlet_relu_reference(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i++) {
        x[i] = x[i] < 0 ? 0 : x[i];
    }
}

/* x = cap * tanh(x / cap), cap > 0; [count]; any alignment. */
void martlet_soft_cap_reference(float *x, size_t count, float cap) {
    assert(x != NULL && cap > 0);
    for (size_t i = 0; i < count; i++) {
        x[i] = cap * tanhf(x[i] / cap);
    }
}

/*
 * (a, b) -> (a cos - b sin, b cos + a sin) for each pair of each head; x: [heads][width]; cosines, sines:
 * [rotated / 2]; rotated even, at most width; any alignment; the tables may not overlap x.
 * Su et al. 2021, arXiv:2104.09864.
 */
void martlet_rope_reference(float *x, size_t heads, size_t width, size_t rotated, const float *cosines,
                            const float *sines, bool interleaved) {
    assert(x != NULL && cosines != NULL && sines != NULL && rotated % 2 == 0 && rotated <= width);
    size_t pairs = rotated / 2;
    size_t step = interleaved ? 2 : 1;
    size_t distance = interleaved ? 1 : pairs;
    for (size_t head = 0; head < heads; head++) {
        for (size_t i = 0; i < pairs; i++) {
            float *first = x + head * width + i * step;
            float *second = first + distance;
            float a = *first, b = *second;
            *first = a * cosines[i] - b * sines[i];
            *second = b * cosines[i] + a * sines[i];
        }
    }
}

/* Values of x that exceed MARTLET_OUTLIER_FACTOR times the next largest magnitude become 0 and outliers; [count]. */
size_t martlet_take_outliers_reference(float *x, size_t count, struct martlet_outlier outliers[MARTLET_OUTLIERS]) {
    assert(x != NULL && outliers != NULL);
    memset(outliers, 0, MARTLET_OUTLIERS * sizeof *outliers);
    float largest[MARTLET_OUTLIERS + 1] = {0}; /* magnitudes, falling */
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i])) return 0;
        float magnitude = fabsf(x[i]);
        for (size_t rank = 0; rank <= MARTLET_OUTLIERS; rank++) {
            if (magnitude > largest[rank]) {
                const float smaller = largest[rank];
                largest[rank] = magnitude;
                magnitude = smaller;
            }
        }
    }
    const float limit = MARTLET_OUTLIER_FACTOR * largest[MARTLET_OUTLIERS];
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        if (fabsf(x[i]) > limit) {
            outliers[taken++] = (struct martlet_outlier){(uint32_t)i, x[i]};
            x[i] = 0;
        }
    }
    return taken;
}

/* y = x - scale * q; [columns], columns % 32 == 0; y may be x. */
void martlet_activation_residue_reference(const float *x, const void *row, size_t columns, float *y) {
    assert(x != NULL && row != NULL && y != NULL && columns % 32 == 0);
    const struct martlet_activation_row parts = martlet_activation_row_at(row, columns);
    for (size_t k = 0; k < columns; k++) {
        y[k] = fmaf(-parts.scale[k / MARTLET_ACTIVATION_BLOCK], (float)parts.q[k], x[k]);
    }
}

/* The sum of the bytes' 64-bit words and of the last bytes, modulo 2^64; any alignment. */
uint64_t martlet_read_bytes_reference(const void *source, size_t count) {
    assert(source != NULL || count == 0);
    const uint8_t *bytes = source;
    uint64_t sum = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        sum += word;
    }
    for (; i < count; i++) {
        sum += bytes[i];
    }
    return sum;
}
