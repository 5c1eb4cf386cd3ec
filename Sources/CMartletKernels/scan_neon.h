/*
 * The scan in NEON's registers of 16 bytes: four dimensions of four vectors. Included with martlet_scan_add defined, which
 * adds the products of 16 codes with the query's four values to the sums of four vectors.
 */
MARTLET_SCAN_PRODUCTS(SCAN_ISA) {
    assert(query != NULL && codes != NULL && scales != NULL && products != NULL);
    size_t quads = (width + 3) / 4;
    const uint8x16_t sign = vdupq_n_u8(128);
    for (size_t g = 0; g < groups; g++) {
        const uint8_t *group = codes + g * quads * 64;
        int32x4_t high[4], low[4];
        for (size_t part = 0; part < 4; part++) {
            high[part] = low[part] = vdupq_n_s32(0);
        }
        for (size_t quad = 0; quad < quads; quad++) {
            int32_t upper, lower;
            memcpy(&upper, query->high + quad * 4, sizeof upper);
            memcpy(&lower, query->low + quad * 4, sizeof lower);
            int8x16_t uppers = vreinterpretq_s8_s32(vdupq_n_s32(upper));
            int8x16_t lowers = vreinterpretq_s8_s32(vdupq_n_s32(lower));
            for (size_t part = 0; part < 4; part++) {
                /* Flipping the highest bit takes 128 away. */
                int8x16_t values = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(group + quad * 64 + part * 16), sign));
                high[part] = martlet_scan_add(high[part], values, uppers);
                low[part] = martlet_scan_add(low[part], values, lowers);
            }
        }
        for (size_t part = 0; part < 4; part++) {
            size_t slot = g * MARTLET_SCAN_LANES + part * 4;
            float32x4_t sum = vaddq_f32(vmulq_n_f32(vcvtq_f32_s32(high[part]), 128), vcvtq_f32_s32(low[part]));
            vst1q_f32(products + slot, vmulq_f32(sum, vld1q_f32(scales + slot)));
        }
    }
}
