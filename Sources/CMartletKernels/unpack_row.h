/*
 * Weight blocks -> signed bytes, scales and minima of one row, for products that multiply row by row.
 *
 *   w[k] = scale[k / sub] * q[k] - 128 * minimum[k / sub], sub = 16 or 32
 *
 * Plain loops that compilers turn into wide instructions: included by each instruction set's file after its vector_*.h,
 * between its pragmas. That file also gives v_table_nibbles(source, low, high): the IQ4 values of 16 bytes of nibbles.
 */
/* Columns unpacked at a time: whole super-blocks, small enough for a few rows in the first-level cache. */
#define MARTLET_ROW_COLUMNS 1024

struct martlet_unpacked_row {
    _Alignas(64) int8_t q[MARTLET_ROW_COLUMNS];
    _Alignas(64) float scale[MARTLET_ROW_COLUMNS / 16];
    _Alignas(64) float minimum[MARTLET_ROW_COLUMNS / 16 + 4]; /* over 128; written only by formats that have minima */
};

#define MARTLET_EACH(INDEX, COUNT) for (size_t INDEX = 0; INDEX < (COUNT); INDEX++)

V_INLINE void martlet_nibbles(const uint8_t *restrict source, size_t count, int zero, int8_t *restrict low,
                              int8_t *restrict high) {
    MARTLET_EACH(i, count) {
        low[i] = (int8_t)((source[i] & 15) - zero);
        high[i] = (int8_t)((source[i] >> 4) - zero);
    }
}

/* Adds 16 where a bit of the 32 is set. */
V_INLINE void martlet_add_fifth_bits(const uint8_t source[4], int8_t *restrict q) {
    uint32_t bits;
    memcpy(&bits, source, sizeof bits);
    MARTLET_EACH(i, 32) {
        q[i] = (int8_t)(q[i] + (int8_t)((bits >> i & 1) << 4));
    }
}

/* One block of 32 values. */
V_INLINE void martlet_unpack_simple(const enum martlet_format format, const uint8_t *restrict source,
                                    int8_t *restrict q, float *restrict scale, float *restrict minimum) {
    uint16_t halves[2];
    memcpy(halves, source, sizeof halves);
    *scale = v_float_of_half(halves[0]);
    switch (format) {
    case MARTLET_Q4_0:
        martlet_nibbles(source + 2, 16, 8, q, q + 16);
        break;
    case MARTLET_Q4_1:
        martlet_nibbles(source + 4, 16, 0, q, q + 16);
        *minimum = v_float_of_half(halves[1]) * (-1.0f / 128);
        break;
    case MARTLET_Q5_0:
        martlet_nibbles(source + 6, 16, 16, q, q + 16);
        martlet_add_fifth_bits(source + 2, q);
        break;
    case MARTLET_Q5_1:
        martlet_nibbles(source + 8, 16, 0, q, q + 16);
        martlet_add_fifth_bits(source + 4, q);
        *minimum = v_float_of_half(halves[1]) * (-1.0f / 128);
        break;
    case MARTLET_Q8_0:
        memcpy(q, source + 2, 32);
        break;
    default: /* MARTLET_IQ4_NL */
        v_table_nibbles(source + 2, q, q + 16);
        break;
    }
}

V_INLINE void martlet_unpack_q2_k(const struct martlet_block_q2_k *restrict block, int8_t *restrict q,
    float *restrict scale, float *restrict minimum) {
    const float d = v_float_of_half(block->d), dmin = v_float_of_half(block->dmin) * (1.0f / 128);
    MARTLET_EACH(run, 8) {
        MARTLET_EACH(i, 32) {
            q[run * 32 + i] = (int8_t)(block->qs[run / 4 * 32 + i] >> (2 * (run % 4)) & 3);
        }
    }
    MARTLET_EACH(g, 16) {
        scale[g] = d * (float)(block->scales[g] & 15);
        minimum[g] = dmin * (float)(block->scales[g] >> 4);
    }
}

V_INLINE void martlet_unpack_q3_k(const struct martlet_block_q3_k *restrict block, int8_t *restrict q,
    float *restrict scale) {
    const float d = v_float_of_half(block->d);
    uint32_t words[4];
    uint8_t scales[16];
    martlet_q3_k_scales(block->scales, words);
    memcpy(scales, words, sizeof scales);
    MARTLET_EACH(run, 8) {
        MARTLET_EACH(i, 32) {
            const int low = block->qs[run / 4 * 32 + i] >> (2 * (run % 4)) & 3;
            q[run * 32 + i] = (int8_t)(low + (block->hmask[i] >> run & 1) * 4 - 4);
        }
    }
    MARTLET_EACH(g, 16) {
        scale[g] = d * (float)(scales[g] - 32);
    }
}

/* Q4_K and Q5_K begin with the same fields. */
V_INLINE void martlet_unpack_header(const struct martlet_block_q4_k *restrict block, float *restrict scale,
                                    float *restrict minimum) {
    const float d = v_float_of_half(block->d), dmin = v_float_of_half(block->dmin) * (1.0f / 128);
    uint32_t words[4];
    uint8_t bytes[16];
    martlet_q4_k_scales(block->scales, words);
    memcpy(bytes, words, sizeof bytes);
    MARTLET_EACH(g, 8) {
        scale[g] = d * (float)bytes[g];
        minimum[g] = dmin * (float)bytes[8 + g];
    }
}

V_INLINE void martlet_unpack_q4_k(const struct martlet_block_q4_k *restrict block, int8_t *restrict q,
    float *restrict scale, float *restrict minimum) {
    MARTLET_EACH(pair, 4) {
        martlet_nibbles(block->qs + pair * 32, 32, 0, q + pair * 64, q + pair * 64 + 32);
    }
    martlet_unpack_header(block, scale, minimum);
}

V_INLINE void martlet_unpack_q5_k(const struct martlet_block_q5_k *restrict block, int8_t *restrict q,
    float *restrict scale, float *restrict minimum) {
    MARTLET_EACH(pair, 4) {
        int8_t *low = q + pair * 64, *high = low + 32;
        martlet_nibbles(block->qs + pair * 32, 32, 0, low, high);
        MARTLET_EACH(i, 32) {
            low[i] = (int8_t)(low[i] + ((block->qh[i] >> (2 * pair) & 1) << 4));
            high[i] = (int8_t)(high[i] + ((block->qh[i] >> (2 * pair + 1) & 1) << 4));
        }
    }
    martlet_unpack_header((const struct martlet_block_q4_k *)(const void *)block, scale, minimum);
}

V_INLINE void martlet_unpack_q6_k(const struct martlet_block_q6_k *restrict block, int8_t *restrict q,
    float *restrict scale) {
    const float d = v_float_of_half(block->d);
    MARTLET_EACH(half, 2) {
        MARTLET_EACH(run, 2) {
            const uint8_t *ql = block->ql + half * 64 + run * 32, *qh = block->qh + half * 32;
            int8_t *low = q + half * 128 + run * 32, *high = low + 64;
            MARTLET_EACH(i, 32) {
                low[i] = (int8_t)(((ql[i] & 15) | (qh[i] >> (2 * run) & 3) << 4) - 32);
                high[i] = (int8_t)((ql[i] >> 4 | (qh[i] >> (2 * run + 4) & 3) << 4) - 32);
            }
        }
    }
    MARTLET_EACH(g, 16) {
        scale[g] = d * (float)block->scales[g];
    }
}

V_INLINE void martlet_unpack_iq4_xs(const struct martlet_block_iq4_xs *restrict block, int8_t *restrict q,
    float *restrict scale) {
    const float d = v_float_of_half(block->d);
    MARTLET_EACH(g, 8) {
        v_table_nibbles(block->qs + g * 16, q + g * 32, q + g * 32 + 16);
        scale[g] = d * (float)(martlet_unpack_iq4_xs_scale(block, (int)g) - 32);
    }
}

/* `columns` values of one format (a constant), a multiple of the block length, at most MARTLET_ROW_COLUMNS. */
V_INLINE void martlet_unpack_blocks(const enum martlet_format format, const size_t length, const size_t bytes,
                                    const uint8_t *source, size_t columns, struct martlet_unpacked_row *row) {
    for (size_t k = 0; k < columns; k += length, source += bytes) {
        int8_t *q = row->q + k;
        float *scale16 = row->scale + k / 16, *minimum16 = row->minimum + k / 16;
        float *scale32 = row->scale + k / 32, *minimum32 = row->minimum + k / 32;
        switch (format) {
        case MARTLET_Q2_K: martlet_unpack_q2_k((const void *)source, q, scale16, minimum16); break;
        case MARTLET_Q3_K: martlet_unpack_q3_k((const void *)source, q, scale16); break;
        case MARTLET_Q4_K: martlet_unpack_q4_k((const void *)source, q, scale32, minimum32); break;
        case MARTLET_Q5_K: martlet_unpack_q5_k((const void *)source, q, scale32, minimum32); break;
        case MARTLET_Q6_K: martlet_unpack_q6_k((const void *)source, q, scale16); break;
        case MARTLET_IQ4_XS: martlet_unpack_iq4_xs((const void *)source, q, scale32); break;
        default: martlet_unpack_simple(format, source, q, scale32, minimum32); break;
        }
    }
}

/* The same by a format number that is known at run time only. */
static void martlet_unpack_row(enum martlet_format format, const uint8_t *source, size_t columns,
                               struct martlet_unpacked_row *row) {
#define MARTLET_CASE(FORMAT, BLOCK, LENGTH)                                                                            \
    case FORMAT:                                                                                                       \
        martlet_unpack_blocks(FORMAT, LENGTH, sizeof(struct martlet_block_##BLOCK), source, columns, row);             \
        break;
    switch (format) {
        MARTLET_CASE(MARTLET_Q4_0, q4_0, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_Q4_1, q4_1, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_Q5_0, q5_0, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_Q5_1, q5_1, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_Q8_0, q8_0, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_IQ4_NL, iq4_nl, MARTLET_BLOCK)
        MARTLET_CASE(MARTLET_Q2_K, q2_k, MARTLET_SUPER_BLOCK)
        MARTLET_CASE(MARTLET_Q3_K, q3_k, MARTLET_SUPER_BLOCK)
        MARTLET_CASE(MARTLET_Q4_K, q4_k, MARTLET_SUPER_BLOCK)
        MARTLET_CASE(MARTLET_Q5_K, q5_k, MARTLET_SUPER_BLOCK)
        MARTLET_CASE(MARTLET_Q6_K, q6_k, MARTLET_SUPER_BLOCK)
        MARTLET_CASE(MARTLET_IQ4_XS, iq4_xs, MARTLET_SUPER_BLOCK)
    default: /* float formats have no bytes */
        assert(false);
    }
#undef MARTLET_CASE
}

/* Values per scale. */
static inline size_t martlet_row_sub(enum martlet_format format) {
    return format == MARTLET_Q2_K || format == MARTLET_Q3_K || format == MARTLET_Q6_K ? 16 : 32;
}

static inline bool martlet_row_has_minimum(enum martlet_format format) {
    return format == MARTLET_Q4_1 || format == MARTLET_Q5_1 || format == MARTLET_Q2_K || format == MARTLET_Q4_K ||
           format == MARTLET_Q5_K;
}
