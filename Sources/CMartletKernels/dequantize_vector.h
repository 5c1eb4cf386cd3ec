/*
 * Unpackers with one instruction set's registers: the body of dequantize_{avx2,avx512,neon}.c. Loops of plain C whose
 * shape the compiler vectorises; bit-equal to the reference, see dequantize.h. Formats that are not here are read
 * rarely (a row of embeddings) and take the reference.
 */
#pragma STDC FP_CONTRACT OFF

/* y = half x. */
static void v_dequantize_f16(const void *source, float *destination, size_t count) {
    const uint16_t *halves = source;
    size_t i = 0;
    for (; i + VECTOR_WIDTH <= count; i += VECTOR_WIDTH) {
        v_store(destination + i, v_load_half(halves + i));
    }
    martlet_dequantize_f16_reference(halves + i, destination + i, count - i);
}

/* y = bfloat x. */
static void v_dequantize_bf16(const void *source, float *destination, size_t count) {
    const uint16_t *halves = source;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)halves[i] << 16;
        memcpy(destination + i, &bits, sizeof bits);
    }
}

/* y = d q. */
static void v_dequantize_q8_0(const void *source, float *destination, size_t count) {
    const struct martlet_block_q8_0 *block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        vector d = v_set(v_float_of_half(block->d));
        for (size_t j = 0; j < MARTLET_BLOCK; j += VECTOR_WIDTH) {
            v_store(y + j, v_mul(d, v_load_int8(block->qs + j)));
        }
    }
}

/* y = d (q - 8). */
static void v_dequantize_q4_0(const void *source, float *restrict destination, size_t count) {
    const struct martlet_block_q4_0 *restrict block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_BLOCK, block++) {
        float d = v_float_of_half(block->d);
        for (int j = 0; j < 16; j++) {
            y[j] = d * (float)((block->qs[j] & 15) - 8);
        }
        for (int j = 0; j < 16; j++) {
            y[j + 16] = d * (float)((block->qs[j] >> 4) - 8);
        }
    }
}

/* y = d s q - dmin m. */
static void v_dequantize_q4_k(const void *source, float *restrict destination, size_t count) {
    const struct martlet_block_q4_k *restrict block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = v_float_of_half(block->d), dmin = v_float_of_half(block->dmin);
        for (int g = 0; g < 8; g++) {
            uint8_t scale, minimum;
            martlet_unpack_scale_min(block->scales, g, &scale, &minimum);
            float factor = d * (float)scale, offset = dmin * (float)minimum;
            const uint8_t *restrict qs = block->qs + g / 2 * 32;
            int shift = g % 2 * 4;
            for (int l = 0; l < 32; l++) {
                y[g * 32 + l] = factor * (float)(qs[l] >> shift & 15) - offset;
            }
        }
    }
}

/* y = d s (q - 32). */
static void v_dequantize_q6_k(const void *source, float *restrict destination, size_t count) {
    const struct martlet_block_q6_k *restrict block = source;
    for (float *y = destination; y < destination + count; y += MARTLET_SUPER_BLOCK, block++) {
        float d = v_float_of_half(block->d);
        for (int g = 0; g < 16; g++) {
            int j = g % 8 / 2;
            const uint8_t *restrict low = block->ql + g / 8 * 64 + j % 2 * 32 + g % 2 * 16;
            const uint8_t *restrict high = block->qh + g / 8 * 32 + g % 2 * 16;
            float factor = d * (float)block->scales[g];
            for (int l = 0; l < 16; l++) {
                int quant = (low[l] >> (j / 2 * 4) & 15) | (high[l] >> (2 * j) & 3) << 4;
                y[g * 16 + l] = factor * (float)(quant - 32);
            }
        }
    }
}

/* y = the values of `count` quants; count a multiple of the format's block length; see dequantize.h. */
void VECTOR_NAME(dequantize)(enum martlet_format format, const void *source, float *destination, size_t count) {
    assert(source != NULL && destination != NULL);
    assert(count % martlet_format_traits_of((uint32_t)format)->block_length == 0);
    switch (format) {
    case MARTLET_F16: v_dequantize_f16(source, destination, count); return;
    case MARTLET_BF16: v_dequantize_bf16(source, destination, count); return;
    case MARTLET_Q8_0: v_dequantize_q8_0(source, destination, count); return;
    case MARTLET_Q4_0: v_dequantize_q4_0(source, destination, count); return;
    case MARTLET_Q4_K: v_dequantize_q4_k(source, destination, count); return;
    case MARTLET_Q6_K: v_dequantize_q6_k(source, destination, count); return;
    default: martlet_dequantize_reference(format, source, destination, count); return;
    }
}
