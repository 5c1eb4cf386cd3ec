/* Reference attention over one tile of the KV cache, and the cache's own format. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "block_layouts.h"
#include "float_operations.h"
#include "half.h"

#pragma STDC FP_CONTRACT OFF

size_t martlet_kv_row_bytes(enum martlet_kv_format format, size_t width) {
    assert(format != MARTLET_KV_Q8_0 || width % MARTLET_BLOCK == 0);
    switch (format) {
    case MARTLET_KV_F32: return width * sizeof(float);
    case MARTLET_KV_F16: return width * sizeof(uint16_t);
    case MARTLET_KV_Q8_0: return width / MARTLET_BLOCK * sizeof(struct martlet_block_q8_0);
    }
    return 0;
}

/* Keys and values of a tile as floats, and the scores of as many rows as are taken at once. */
size_t martlet_attention_scratch_floats(size_t rows, size_t width) {
    size_t padded = (width + 15) / 16 * 16;
    size_t together = rows < MARTLET_ATTENTION_ROWS ? rows : MARTLET_ATTENTION_ROWS;
    return MARTLET_ATTENTION_POSITIONS * (padded * 2 + together);
}

/*
 * F32: y = x. F16: y = half x, to nearest even, clamped to +-65504. Q8_0: d = max|x| / 127, y = round(x / d) to
 * nearest even.
 * x: [count] finite; count % 32 == 0 for Q8_0; destination 2-byte aligned, may not overlap.
 */
void martlet_store_kv_reference(enum martlet_kv_format format, const float *source, void *destination, size_t count) {
    assert(source != NULL && destination != NULL && (format != MARTLET_KV_Q8_0 || count % MARTLET_BLOCK == 0));
    if (format == MARTLET_KV_F32) {
        memcpy(destination, source, count * sizeof(float));
        return;
    }
    if (format == MARTLET_KV_F16) {
        uint16_t *halves = destination;
        for (size_t i = 0; i < count; i++) {
            halves[i] = martlet_half_of_float(fmaxf(-MARTLET_HALF_LIMIT, fminf(MARTLET_HALF_LIMIT, source[i])));
        }
        return;
    }
    struct martlet_block_q8_0 *block = destination;
    for (const float *x = source; x < source + count; x += MARTLET_BLOCK, block++) {
        float peak = 0;
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            peak = fmaxf(peak, fabsf(x[j]));
        }
        peak = fminf(peak, MARTLET_HALF_LIMIT * 127);
        float inverse = peak > 0 ? 127 / peak : 0;
        block->d = martlet_half_of_float(peak / 127);
        for (int j = 0; j < MARTLET_BLOCK; j++) {
            block->qs[j] = (int8_t)rintf(fmaxf(-127, fminf(127, x[j] * inverse)));
        }
    }
}

static float martlet_kv_value(enum martlet_kv_format format, const void *row, size_t index) {
    if (format == MARTLET_KV_F32) {
        return ((const float *)row)[index];
    }
    if (format == MARTLET_KV_F16) {
        return martlet_float_of_half(((const uint16_t *)row)[index]);
    }
    const struct martlet_block_q8_0 *block = (const struct martlet_block_q8_0 *)row + index / MARTLET_BLOCK;
    return martlet_float_of_half(block->d) * (float)block->qs[index % MARTLET_BLOCK];
}

/*
 * scores = scale q k, o = o exp(m - m') + sum_p exp(score_p - m') v_p, m' = max(m, scores); see struct
 * martlet_attention_tile. Accumulates in double. Finite scores only. Dao et al. 2022, arXiv:2205.14135.
 */
void martlet_attention_reference(const struct martlet_attention_tile *tile) {
    assert(tile->queries != NULL && tile->keys != NULL && tile->values != NULL && tile->output != NULL);
    assert(tile->positions <= MARTLET_ATTENTION_POSITIONS && tile->query_stride >= tile->width);
    size_t row_bytes = martlet_kv_row_bytes(tile->format, tile->width);
    const uint8_t *keys = tile->keys, *values = tile->values;
    for (size_t row = 0; row < tile->rows; row++) {
        int32_t first = tile->first[row] > 0 ? tile->first[row] : 0;
        int32_t last = tile->last[row] < (int32_t)tile->positions ? tile->last[row] : (int32_t)tile->positions;
        if (last <= first) {
            continue;
        }
        const float *query = tile->queries + row * tile->query_stride;
        float *output = tile->output + row * tile->width;
        float scores[MARTLET_ATTENTION_POSITIONS];
        float maximum = tile->maximum[row];
        for (int32_t p = first; p < last; p++) {
            double dot = 0;
            for (size_t i = 0; i < tile->width; i++) {
                dot += (double)query[i] * (double)martlet_kv_value(tile->format, keys + (size_t)p * row_bytes, i);
            }
            float score = (float)dot * tile->scale;
            scores[p] = tile->soft_cap > 0 ? tile->soft_cap * tanhf(score / tile->soft_cap) : score;
            scores[p] += tile->biases != NULL ? tile->biases[row][p] : 0;
            maximum = fmaxf(maximum, scores[p]);
        }
        float carried = expf(tile->maximum[row] - maximum); /* 0 for the first tile's -infinity */
        double sum = (double)(tile->sum[row] * carried);
        for (int32_t p = first; p < last; p++) {
            scores[p] = expf(scores[p] - maximum);
            sum += (double)scores[p];
        }
        for (size_t i = 0; i < tile->width; i++) {
            double total = (double)(output[i] * carried);
            for (int32_t p = first; p < last; p++) {
                const uint8_t *value = values + (size_t)p * row_bytes;
                total += (double)scores[p] * (double)martlet_kv_value(tile->format, value, i);
            }
            output[i] = (float)total;
        }
        tile->maximum[row] = maximum;
        tile->sum[row] = (float)sum;
    }
}
