/*
 * Nearest neighbours by exact scan: products of one query with many stored vectors, as 8-bit codes, and the exact distances
 * of the few that they leave. No malloc, no threads, no globals but const tables.
 *
 * A stored vector x is scale * code + residual, code in -127..127. Codes lie in groups of 16 vectors, four dimensions of each
 * side by side, so that a product needs no sum across lanes: byte [dimension / 4][lane][dimension % 4] holds code + 128.
 * A query q is scale * (128 * high + low) + residual, with high in -63..63 and low in -64..63: so narrow that the sums of two
 * products of bytes fit 16 bits (255 * 64 * 2 < 2^15), and together finer than a hundredth of the codes' own error.
 */
#ifndef MARTLET_SCAN_H
#define MARTLET_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Vectors in a group. */
#define MARTLET_SCAN_LANES 16
/* The widest vectors: 255 * 64 * 2^16 < 2^31. */
#define MARTLET_SCAN_WIDTH_LIMIT 65536
/* The greatest part of a query: 63 * 128 + 63. */
#define MARTLET_SCAN_QUERY_LIMIT 8127

/* Bytes of a group of vectors of `width` values; a multiple of 64. Groups start at 64-byte borders. */
size_t martlet_scan_group_bytes(size_t width);

/* What a code leaves out. */
struct martlet_scan_code {
    float scale;
    double norm;     /* |x| */
    double residual; /* |x - scale * code|, not less than it is */
};

/*
 * x[width] -> its code in a lane of a group. Of values too small for a scale the residual is all; where one is not finite, the
 * norm is not, and the lane stays as it was.
 */
struct martlet_scan_code martlet_scan_encode(const float *x, size_t width, uint8_t *group, size_t lane);

/* A query as the kernels take it. */
struct martlet_scan_query {
    const int8_t *high;   /* [width rounded up to a multiple of 4], 0 beyond the width, as is low */
    const int8_t *low;
    int32_t high_sum;     /* the sums of their values */
    int32_t low_sum;
    float scale;
    double norm;          /* |q| */
    double residual;      /* |q - scale * (128 * high + low)|, not less than it is */
};

/* q[width] -> a query in `high` and `low`, [width rounded up to a multiple of 4] each. Finite values only. */
struct martlet_scan_query martlet_scan_make_query(const float *q, size_t width, int8_t *high, int8_t *low);

/* sum_i x[i] * y[i], summed in double. */
double martlet_scan_dot(const float *x, const float *y, size_t width);
/* sum_i (x[i] - y[i])^2, summed in double. */
double martlet_scan_squared_distance(const float *x, const float *y, size_t width);

/* One instruction set's kernels. */
struct martlet_scan_kernels {
    const char *name; /* of the table in martlet_kernels.h that runs on the same machines */
    /*
     * products[g * 16 + lane] = scales[g * 16 + lane] * (128 * high + low) . code, for `groups` groups that lie one after
     * another; the integers are exact, the rest is float: off by less than MARTLET_SCAN_ROUNDING of the factors' norms.
     */
    void (*products)(const struct martlet_scan_query *query, size_t width, const uint8_t *codes, size_t groups,
                     const float *scales, float *products);
};

/* How far the float arithmetic of `products` is off at most, in parts of |scale * code| * |128 * high + low|. */
#define MARTLET_SCAN_ROUNDING 2e-6

/* The best table that this machine runs; never NULL. */
const struct martlet_scan_kernels *martlet_scan_kernels_best(void);
/* The table of that name, or NULL when there is none or this machine can't run it. */
const struct martlet_scan_kernels *martlet_scan_kernels_named(const char *name);

#endif
