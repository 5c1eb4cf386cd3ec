/* The kernels of martlet_scan.h, and what they share. */
#ifndef MARTLET_SCAN_INTERNAL_H
#define MARTLET_SCAN_INTERNAL_H

#include <assert.h>

#include "martlet_scan.h"

#define MARTLET_SCAN_PRODUCTS(isa) MARTLET_SCAN_PRODUCTS_OF(isa)
#define MARTLET_SCAN_PRODUCTS_OF(isa)                                                                                  \
    void martlet_scan_products_##isa(const struct martlet_scan_query *query, size_t width, const uint8_t *codes,      \
                                     size_t groups, const float *scales, float *products)

MARTLET_SCAN_PRODUCTS(reference);
#if defined(__x86_64__)
MARTLET_SCAN_PRODUCTS(avx2);
MARTLET_SCAN_PRODUCTS(avx512vnni);
#endif
#if defined(__aarch64__)
MARTLET_SCAN_PRODUCTS(neon);
MARTLET_SCAN_PRODUCTS(neondot);
#endif

static_assert(255 * 64 * 2 < 1 << 15, "two products of bytes fit 16 bits");
static_assert(255ll * 64 * MARTLET_SCAN_WIDTH_LIMIT < 1ll << 31, "the products of a vector fit 32 bits");

#endif
