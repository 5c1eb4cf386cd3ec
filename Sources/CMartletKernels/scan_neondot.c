/* The scan with dot products of bytes: Armv8.2 and later, Graviton2, every Apple machine. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "scan.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

static inline __attribute__((always_inline)) int32x4_t martlet_scan_add(int32x4_t sum, int8x16_t values,
                                                                       int8x16_t part) {
    return vdotq_s32(sum, values, part);
}

#define SCAN_ISA neondot
#include "scan_neon.h"

#pragma clang attribute pop

#endif
