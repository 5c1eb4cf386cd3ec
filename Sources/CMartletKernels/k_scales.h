/* The packed 6-bit scales of the K formats, four at a time in a 32-bit word; the oracle is in block_layouts.h. */
#ifndef MARTLET_K_SCALES_H
#define MARTLET_K_SCALES_H

#include <stdint.h>
#include <string.h>

#define MARTLET_SIX_BITS 0x3f3f3f3fu
#define MARTLET_FOUR_BITS 0x0f0f0f0fu
#define MARTLET_TWO_BITS 0x03030303u

/* Q4_K and Q5_K: bytes 0-7 the scales of the 8 groups, bytes 8-15 their minima. */
static inline void martlet_q4_k_scales(const uint8_t packed[12], uint32_t bytes[4]) {
    uint32_t words[3];
    memcpy(words, packed, sizeof words);
    bytes[0] = words[0] & MARTLET_SIX_BITS;
    bytes[1] = (words[2] & MARTLET_FOUR_BITS) | (words[0] >> 6 & MARTLET_TWO_BITS) << 4;
    bytes[2] = words[1] & MARTLET_SIX_BITS;
    bytes[3] = (words[2] >> 4 & MARTLET_FOUR_BITS) | (words[1] >> 6 & MARTLET_TWO_BITS) << 4;
}

/* Q3_K: bytes 0-15 the scales of the 16 groups, 32 too large. */
static inline void martlet_q3_k_scales(const uint8_t packed[12], uint32_t bytes[4]) {
    uint32_t words[3];
    memcpy(words, packed, sizeof words);
    bytes[0] = (words[0] & MARTLET_FOUR_BITS) | (words[2] & MARTLET_TWO_BITS) << 4;
    bytes[1] = (words[1] & MARTLET_FOUR_BITS) | (words[2] >> 2 & MARTLET_TWO_BITS) << 4;
    bytes[2] = (words[0] >> 4 & MARTLET_FOUR_BITS) | (words[2] >> 4 & MARTLET_TWO_BITS) << 4;
    bytes[3] = (words[1] >> 4 & MARTLET_FOUR_BITS) | (words[2] >> 6 & MARTLET_TWO_BITS) << 4;
}

#endif
