/*
 * The blocks that GGUF files are made of, bit for bit. Files are little-endian and so is every machine Martlet runs on.
 * Blocks are 2-byte aligned: read wider fields with memcpy or unaligned loads.
 */
#ifndef MARTLET_BLOCK_LAYOUTS_H
#define MARTLET_BLOCK_LAYOUTS_H

#include <assert.h>
#include <stdint.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "block layouts are little-endian");

/* Values per block of the simple formats, and per super-block of the K formats. */
#define MARTLET_BLOCK 32
#define MARTLET_SUPER_BLOCK 256

/* The bits of an IEEE half; see half.h. */
typedef uint16_t martlet_half;

/* x = d * (q - 8); byte j holds value j (low nibble) and value j + 16 (high nibble). */
struct martlet_block_q4_0 {
    martlet_half d;
    uint8_t qs[16];
};
static_assert(sizeof(struct martlet_block_q4_0) == 18, "Q4_0");

/* x = d * q + m; nibbles as in Q4_0. */
struct martlet_block_q4_1 {
    martlet_half d;
    martlet_half m;
    uint8_t qs[16];
};
static_assert(sizeof(struct martlet_block_q4_1) == 20, "Q4_1");

/* x = d * (q - 16); bit j of qh (little-endian 32 bits) is bit 4 of value j. */
struct martlet_block_q5_0 {
    martlet_half d;
    uint8_t qh[4];
    uint8_t qs[16];
};
static_assert(sizeof(struct martlet_block_q5_0) == 22, "Q5_0");

/* x = d * q + m; bits as in Q5_0. */
struct martlet_block_q5_1 {
    martlet_half d;
    martlet_half m;
    uint8_t qh[4];
    uint8_t qs[16];
};
static_assert(sizeof(struct martlet_block_q5_1) == 24, "Q5_1");

/* x = d * q. */
struct martlet_block_q8_0 {
    martlet_half d;
    int8_t qs[32];
};
static_assert(sizeof(struct martlet_block_q8_0) == 34, "Q8_0");

/*
 * x = d * s * q - dmin * m with s the low and m the high nibble of scales[i / 16].
 * In each half of 128 values, bits 2j..2j+1 of byte l are value 32j + l.
 */
struct martlet_block_q2_k {
    uint8_t scales[16];
    uint8_t qs[64];
    martlet_half d;
    martlet_half dmin;
};
static_assert(sizeof(struct martlet_block_q2_k) == 84, "Q2_K");

/*
 * x = d * (s - 32) * q, q in -4..3: two low bits as in Q2_K, minus 4 where bit 4 * half + j of hmask[l] is clear.
 * The 6-bit s of the 16 groups: low nibbles in bytes 0-7 (groups 0-7 low, 8-15 high), upper two bits in bytes 8-11.
 */
struct martlet_block_q3_k {
    uint8_t hmask[32];
    uint8_t qs[64];
    uint8_t scales[12];
    martlet_half d;
};
static_assert(sizeof(struct martlet_block_q3_k) == 110, "Q3_K");

/*
 * x = d * s * q - dmin * m with 6-bit s, m per 32 values (martlet_unpack_scale_min).
 * In each run of 64 values, byte l holds value l (low nibble) and value l + 32 (high nibble).
 */
struct martlet_block_q4_k {
    martlet_half d;
    martlet_half dmin;
    uint8_t scales[12];
    uint8_t qs[128];
};
static_assert(sizeof(struct martlet_block_q4_k) == 144, "Q4_K");

/* As Q4_K, with bit 4 of group g's value l at bit g of qh[l]. */
struct martlet_block_q5_k {
    martlet_half d;
    martlet_half dmin;
    uint8_t scales[12];
    uint8_t qh[32];
    uint8_t qs[128];
};
static_assert(sizeof(struct martlet_block_q5_k) == 176, "Q5_K");

/*
 * x = d * s * (q - 32) with int8 s per 16 values. In each half of 128 values: value 32j + l has its low nibble in
 * ql[32 * (j % 2) + l] (low half of the byte for j < 2) and its upper two bits at bits 2j..2j+1 of qh[l].
 */
struct martlet_block_q6_k {
    uint8_t ql[128];
    uint8_t qh[64];
    int8_t scales[16];
    martlet_half d;
};
static_assert(sizeof(struct martlet_block_q6_k) == 210, "Q6_K");

/* x = d * table[q] (martlet_iq4_values); nibbles as in Q4_0. */
struct martlet_block_iq4_nl {
    martlet_half d;
    uint8_t qs[16];
};
static_assert(sizeof(struct martlet_block_iq4_nl) == 18, "IQ4_NL");

/*
 * x = d * (s - 32) * table[q] with 6-bit s per 32 values: low nibbles in scales_l, upper two bits in scales_h;
 * each run of 32 values lays its nibbles as Q4_0 does.
 */
struct martlet_block_iq4_xs {
    martlet_half d;
    uint16_t scales_h;
    uint8_t scales_l[4];
    uint8_t qs[128];
};
static_assert(sizeof(struct martlet_block_iq4_xs) == 136, "IQ4_XS");

/* What the nibbles of IQ4_NL and IQ4_XS stand for. */
static const int8_t martlet_iq4_values[16] = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
};

/* The 6-bit scale and minimum of group g (0-7) of a Q4_K or Q5_K block. */
static inline void martlet_unpack_scale_min(const uint8_t scales[12], int g, uint8_t *scale, uint8_t *minimum) {
    if (g < 4) {
        *scale = scales[g] & 63;
        *minimum = scales[g + 4] & 63;
    } else {
        *scale = (uint8_t)((scales[g + 4] & 15) | (scales[g - 4] >> 6 << 4));
        *minimum = (uint8_t)((scales[g + 4] >> 4) | (scales[g] >> 6 << 4));
    }
}

/* The 6-bit scale (0-63, stands for s - 32) of group g (0-15) of a Q3_K block. */
static inline int martlet_unpack_q3_k_scale(const uint8_t scales[12], int g) {
    int low = (g < 8 ? scales[g] : scales[g - 8] >> 4) & 15;
    return low | (scales[8 + g % 4] >> (2 * (g / 4)) & 3) << 4;
}

/* The 6-bit scale (0-63, stands for s - 32) of group g (0-7) of an IQ4_XS block. */
static inline int martlet_unpack_iq4_xs_scale(const struct martlet_block_iq4_xs *block, int g) {
    return (block->scales_l[g / 2] >> (4 * (g % 2)) & 15) | (block->scales_h >> (2 * g) & 3) << 4;
}

#endif
