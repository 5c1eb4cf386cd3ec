/* The scan with NEON: every Armv8 machine. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#include "scan.h"

/* The sums of two products fit 16 bits. */
static inline __attribute__((always_inline)) int32x4_t martlet_scan_add(int32x4_t sum, int8x16_t values,
                                                                       int8x16_t part) {
    int32x4_t first = vpaddlq_s16(vmull_s8(vget_low_s8(values), vget_low_s8(part)));
    int32x4_t second = vpaddlq_s16(vmull_s8(vget_high_s8(values), vget_high_s8(part)));
    return vaddq_s32(sum, vpaddq_s32(first, second));
}

#define SCAN_ISA neon
#include "scan_neon.h"

#endif
