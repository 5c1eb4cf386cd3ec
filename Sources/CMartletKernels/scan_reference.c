/* Codes of vectors and queries, exact products of floats, and the reference scan. */
#include <math.h>
#include <string.h>

#include "scan.h"

#pragma STDC FP_CONTRACT OFF

/* Sums that run side by side, so that they need not wait for each other. */
#define SUMS 8
/* Values at most this far from 0 have no scale of their own: its inverse would not be finite. */
#define SMALLEST 1e-30f
/* Larger than the rounding of any sum of squares here: 65536 * 2^-53 < 1e-11. */
#define ROUNDED_UP (1 + 1e-10)

size_t martlet_scan_group_bytes(size_t width) {
    return (width + 3) / 4 * 4 * MARTLET_SCAN_LANES;
}

double martlet_scan_dot(const float *x, const float *y, size_t width) {
    assert(x != NULL && y != NULL);
    double sums[SUMS] = {0};
    size_t i = 0;
    for (; i + SUMS <= width; i += SUMS) {
        for (size_t j = 0; j < SUMS; j++) {
            sums[j] += (double)x[i + j] * (double)y[i + j];
        }
    }
    for (; i < width; i++) {
        sums[i % SUMS] += (double)x[i] * (double)y[i];
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

double martlet_scan_squared_distance(const float *x, const float *y, size_t width) {
    assert(x != NULL && y != NULL);
    double sums[SUMS] = {0};
    size_t i = 0;
    for (; i + SUMS <= width; i += SUMS) {
        for (size_t j = 0; j < SUMS; j++) {
            double difference = (double)x[i + j] - (double)y[i + j];
            sums[j] += difference * difference;
        }
    }
    for (; i < width; i++) {
        double difference = (double)x[i] - (double)y[i];
        sums[i % SUMS] += difference * difference;
    }
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static float martlet_scan_greatest(const float *x, size_t width) {
    float greatest[SUMS] = {0};
    for (size_t i = 0; i < width; i++) {
        float magnitude = fabsf(x[i]);
        greatest[i % SUMS] = magnitude > greatest[i % SUMS] ? magnitude : greatest[i % SUMS];
    }
    for (size_t j = 1; j < SUMS; j++) {
        greatest[0] = greatest[j] > greatest[0] ? greatest[j] : greatest[0];
    }
    return greatest[0];
}

/* The nearest whole number of |x| < 2^22: adding 1.5 * 2^23 leaves no bits behind the point. */
static float martlet_scan_round(float x) {
    return (x + 12582912.0f) - 12582912.0f;
}

/* codes[i] = x[i] / scale rounded, at most `limit` from 0; the residuals' sum of squares comes back. */
static double martlet_scan_quantize(const float *x, size_t count, float scale, float limit, float *codes) {
    float inverse = 1 / scale;
    double squares[SUMS] = {0};
    for (size_t i = 0; i < count; i++) {
        float code = martlet_scan_round(x[i] * inverse);
        code = code > limit ? limit : code < -limit ? -limit : code;
        codes[i] = code;
        double rest = (double)x[i] - (double)scale * (double)code;
        squares[i % SUMS] += rest * rest;
    }
    return ((squares[0] + squares[1]) + (squares[2] + squares[3])) +
           ((squares[4] + squares[5]) + (squares[6] + squares[7]));
}

#define CHUNK 64

struct martlet_scan_code martlet_scan_encode(const float *x, size_t width, uint8_t *group, size_t lane) {
    assert(x != NULL && group != NULL && lane < MARTLET_SCAN_LANES && width > 0 && width <= MARTLET_SCAN_WIDTH_LIMIT);
    struct martlet_scan_code result = {.norm = sqrt(martlet_scan_dot(x, x, width))};
    if (!(result.norm < INFINITY)) {
        result.residual = result.norm;
        return result;
    }
    float greatest = martlet_scan_greatest(x, width);
    double squares = 0;
    float codes[CHUNK];
    uint8_t *place = group + lane * 4;
    if (greatest > SMALLEST) {
        result.scale = greatest / 127;
    }
    for (size_t start = 0; start < width; start += CHUNK) {
        size_t count = width - start < CHUNK ? width - start : CHUNK;
        memset(codes, 0, sizeof codes);
        if (result.scale > 0) {
            squares += martlet_scan_quantize(x + start, count, result.scale, 127, codes);
        }
        for (size_t i = 0; i < count; i += 4, place += MARTLET_SCAN_LANES * 4) {
            for (size_t j = 0; j < 4; j++) {
                place[j] = (uint8_t)((int)codes[i + j] + 128);
            }
        }
    }
    result.residual = result.scale > 0 ? sqrt(squares) * ROUNDED_UP : result.norm * ROUNDED_UP;
    return result;
}

struct martlet_scan_query martlet_scan_make_query(const float *q, size_t width, int8_t *high, int8_t *low) {
    assert(q != NULL && high != NULL && low != NULL && width > 0 && width <= MARTLET_SCAN_WIDTH_LIMIT);
    struct martlet_scan_query query = {.high = high, .low = low, .norm = sqrt(martlet_scan_dot(q, q, width))};
    float greatest = martlet_scan_greatest(q, width);
    double squares = 0;
    float codes[CHUNK];
    if (greatest > SMALLEST) {
        query.scale = greatest / MARTLET_SCAN_QUERY_LIMIT;
    }
    for (size_t start = 0; start < width; start += CHUNK) {
        size_t count = width - start < CHUNK ? width - start : CHUNK;
        memset(codes, 0, sizeof codes);
        if (query.scale > 0) {
            squares += martlet_scan_quantize(q + start, count, query.scale, MARTLET_SCAN_QUERY_LIMIT, codes);
        }
        for (size_t i = 0; i < (count + 3) / 4 * 4; i++) {
            int code = (int)codes[i];
            /* code + 8192 is positive, so that the division rounds down and the remainder is not negative. */
            int upper = (code + 64 + 8192) / 128 - 64;
            high[start + i] = (int8_t)upper;
            low[start + i] = (int8_t)(code - upper * 128);
            query.high_sum += upper;
            query.low_sum += code - upper * 128;
        }
    }
    query.residual = query.scale > 0 ? sqrt(squares) * ROUNDED_UP : query.norm * ROUNDED_UP;
    return query;
}

MARTLET_SCAN_PRODUCTS(reference) {
    assert(query != NULL && codes != NULL && scales != NULL && products != NULL);
    size_t quads = (width + 3) / 4;
    for (size_t g = 0; g < groups; g++) {
        for (size_t lane = 0; lane < MARTLET_SCAN_LANES; lane++) {
            const uint8_t *code = codes + g * quads * 64 + lane * 4;
            int32_t high = 0, low = 0;
            for (size_t i = 0; i < quads * 4; i++) {
                int32_t value = (int32_t)code[i / 4 * 64 + i % 4] - 128;
                high += value * query->high[i];
                low += value * query->low[i];
            }
            size_t slot = g * MARTLET_SCAN_LANES + lane;
            products[slot] = scales[slot] * (128 * (float)high + (float)low);
        }
    }
}
