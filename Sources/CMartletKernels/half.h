/* IEEE half and bfloat16 <-> float in plain integer arithmetic: the oracle for the instructions that do the same. */
#ifndef MARTLET_HALF_H
#define MARTLET_HALF_H

#include <stdint.h>
#include <string.h>

static inline float martlet_float_of_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t martlet_bits_of_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Exact. */
static inline float martlet_float_of_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) { /* infinity, NaN */
        return martlet_float_of_bits(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
    }
    if (magnitude < 0x400) { /* zero, subnormal: magnitude * 2^-24 is exact */
        float value = (float)magnitude * 0x1p-24f;
        return martlet_float_of_bits(martlet_bits_of_float(value) | sign);
    }
    return martlet_float_of_bits(sign | ((magnitude << 13) + (112u << 23)));
}

/* Rounds to nearest, ties to even; beyond 65519.99 is infinity; NaN stays NaN. */
static inline uint16_t martlet_half_of_float(float value) {
    uint32_t bits = martlet_bits_of_float(value);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
        return sign | 0x7e00;
    }
    if (magnitude >= 0x477ff000) { /* 65520: rounds past the largest half */
        return sign | 0x7c00;
    }
    if (magnitude < 0x38800000) { /* below 2^-14: adding 0.5 leaves the subnormal's bits, rounded, at the bottom */
        float shifted = martlet_float_of_bits(magnitude) + 0.5f;
        return sign | (uint16_t)(martlet_bits_of_float(shifted) - 0x3f000000);
    }
    uint32_t odd = magnitude >> 13 & 1;
    return sign | (uint16_t)((magnitude - (112u << 23) + 0xfff + odd) >> 13);
}

/* Exact. */
static inline float martlet_float_of_bfloat(uint16_t bits) {
    return martlet_float_of_bits((uint32_t)bits << 16);
}

/* Rounds to nearest, ties to even; NaN stays NaN. */
static inline uint16_t martlet_bfloat_of_float(float value) {
    uint32_t bits = martlet_bits_of_float(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
        return (uint16_t)(bits >> 16 | 64);
    }
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

#endif
