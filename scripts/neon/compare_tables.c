/*
 * Compares every table of kernels that the machine runs with the reference table: what the Swift tests do, in plain C,
 * so that it can be cross-compiled and run under an emulator. Prints what differs; exits 1 if anything does.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "martlet_activations.h"
#include "martlet_kernels.h"
#include "martlet_scan.h"

static int failures;

static void check(const char *table, const char *what, size_t size, const float *expected, const float *found,
                  size_t count, float tolerance) {
    float peak = 1, worst = 0;
    for (size_t i = 0; i < count; i++) {
        peak = fmaxf(peak, fabsf(expected[i]));
        float difference = fabsf(expected[i] - found[i]);
        worst = difference > worst || isnan(difference) ? difference : worst;
    }
    if (!(worst <= tolerance * peak)) {
        printf("%s: %s of %zu differs by %g of %g\n", table, what, size, (double)worst, (double)peak);
        failures++;
    }
}

static void fill(float *x, size_t count, float deviation) {
    for (size_t i = 0; i < count; i++) {
        float sum = -2;
        for (int j = 0; j < 4; j++) {
            sum += (float)rand() / (float)RAND_MAX;
        }
        x[i] = sum * deviation;
    }
}

static void *bytes(size_t count) {
    void *memory = aligned_alloc(64, (count + 63) / 64 * 64 + 64);
    if (memory == NULL) {
        exit(2);
    }
    return memset(memory, 0, (count + 63) / 64 * 64 + 64);
}

#define LONGEST 2049
static float x[LONGEST + 1], other[LONGEST + 1], bias[LONGEST + 1], one[LONGEST + 1], two[LONGEST + 1];

#define COMPARE(what, tolerance, reference_call, call)                                                                 \
    memcpy(one, x, sizeof x);                                                                                          \
    memcpy(two, x, sizeof x);                                                                                          \
    reference_call;                                                                                                    \
    call;                                                                                                              \
    check(k->name, what, n, one, two, LONGEST + 1, tolerance);

static void compare_rows(const struct martlet_kernels *r, const struct martlet_kernels *k) {
    const size_t counts[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 127, 255, 1000, 2049};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        size_t n = counts[c];
        fill(x, LONGEST + 1, 4);
        fill(other, LONGEST + 1, 1);
        fill(bias, LONGEST + 1, 1);
        COMPARE("rms_norm", 3e-6f, r->rms_norm(one, other, n, 1e-5f, one), k->rms_norm(two, other, n, 1e-5f, two))
        COMPARE("layer_norm", 1e-5f, r->layer_norm(one, other, bias, n, 1e-5f, one),
                k->layer_norm(two, other, bias, n, 1e-5f, two))
        COMPARE("add", 0, r->add(other, n, one), k->add(other, n, two))
        COMPARE("scale", 0, r->scale(0.3f, n, one), k->scale(0.3f, n, two))
        COMPARE("silu_multiply", 2e-6f, r->silu_multiply(one, other, n), k->silu_multiply(two, other, n))
        COMPARE("gelu_multiply", 2e-6f, r->gelu_multiply(one, other, n), k->gelu_multiply(two, other, n))
        COMPARE("gelu", 2e-6f, r->gelu(one, n), k->gelu(two, n))
        COMPARE("gelu_exact", 2e-6f, r->gelu_exact(one, n), k->gelu_exact(two, n))
        COMPARE("relu", 0, r->relu(one, n), k->relu(two, n))
        COMPARE("soft_cap", 2e-6f, r->soft_cap(one, n, 3), k->soft_cap(two, n, 3))
        if (n >= 2 && n <= 255) {
            size_t rotated = n / 2 * 2;
            COMPARE("rope, neighbours", 3e-6f, r->rope(one, 3, n, rotated, other, bias, true),
                    k->rope(two, 3, n, rotated, other, bias, true))
            COMPARE("rope, halves", 3e-6f, r->rope(one, 3, n, rotated, other, bias, false),
                    k->rope(two, 3, n, rotated, other, bias, false))
        }
    }
}

static void compare_formats(const struct martlet_kernels *r, const struct martlet_kernels *k) {
    const struct martlet_format_traits *traits;
    for (size_t f = 0; (traits = martlet_format_traits_at(f)) != NULL; f++) {
        size_t columns = traits->block_length == 1 ? 96 : traits->block_length == 32 ? 160 : 768;
        const size_t row_counts[] = {1, 5, 16, 17, 37}, token_counts[] = {1, 2, 3, 7, 18};
        size_t row_bytes = columns / traits->block_length * traits->block_bytes;
        float *values = bytes(37 * columns * sizeof(float)), *back = bytes(37 * columns * sizeof(float));
        float *expected = bytes(37 * 18 * sizeof(float)), *found = bytes(37 * 18 * sizeof(float));
        uint8_t *weights = bytes(37 * row_bytes);
        fill(values, 37 * columns, 1);
        traits->quantize(values, weights, 37 * columns);
        r->dequantize(traits->format, weights, values, 37 * columns);
        k->dequantize(traits->format, weights, back, 37 * columns);
        check(k->name, traits->name, columns, values, back, 37 * columns, 0);

        enum martlet_activation_kind kind = martlet_activation_kind_of(traits->format);
        size_t activation_bytes = martlet_activation_row_bytes(kind, columns);
        float *tokens = bytes(18 * columns * sizeof(float));
        uint8_t *activations = bytes(18 * activation_bytes), *twins = bytes(18 * activation_bytes);
        fill(tokens, 18 * columns, 1);
        for (size_t t = 0; t < 18; t++) {
            if (kind == MARTLET_ACTIVATION_F32) {
                memcpy(activations + t * activation_bytes, tokens + t * columns, columns * sizeof(float));
            } else {
                r->quantize_activation(tokens + t * columns, columns, activations + t * activation_bytes);
                k->quantize_activation(tokens + t * columns, columns, twins + t * activation_bytes);
            }
        }
        if (kind == MARTLET_ACTIVATION_Q8 && memcmp(activations, twins, 18 * activation_bytes) != 0) {
            printf("%s: quantize_activation of %zu differs\n", k->name, columns);
            failures++;
        }
        void *scratch = bytes(martlet_matmul_scratch_bytes(traits->format, columns));
        for (size_t i = 0; i < 5; i++) {
            for (size_t j = 0; j < 5; j++) {
                struct martlet_matmul product = {
                    .format = traits->format, .weights = weights, .weight_row_bytes = row_bytes, .columns = columns,
                    .rows = row_counts[i], .activations = activations, .activation_row_bytes = activation_bytes,
                    .activation_rows = token_counts[j], .output = expected, .output_stride = 37, .scratch = scratch,
                };
                r->matmul(&product);
                product.output = found;
                k->matmul(&product);
                check(k->name, "matmul", row_counts[i] * 1000 + token_counts[j], expected, found, 37 * 18, 1e-4f);
            }
        }
        free(values), free(back), free(expected), free(found), free(weights), free(tokens);
        free(activations), free(twins), free(scratch);
    }
}

/* One tile by one table; output, then maximums and sums, at `result`. */
static void attend(const struct martlet_kernels *k, struct martlet_attention_tile tile, float *result) {
    tile.output = result;
    tile.maximum = result + tile.rows * tile.width;
    tile.sum = tile.maximum + tile.rows;
    memset(tile.output, 0, tile.rows * tile.width * sizeof(float));
    for (size_t i = 0; i < tile.rows; i++) {
        tile.maximum[i] = -INFINITY;
        tile.sum[i] = 0;
    }
    k->attention(&tile);
    tile.scale *= 0.5f; /* a second tile: the same keys with other scores */
    k->attention(&tile);
    for (size_t i = 0; i < tile.rows; i++) {
        tile.maximum[i] = isinf(tile.maximum[i]) ? 0 : tile.maximum[i];
    }
}

static void compare_attention(const struct martlet_kernels *r, const struct martlet_kernels *k) {
    const size_t widths[] = {16, 32, 40, 64, 80, 96, 128, 256}, rows[] = {1, 2, 3, 4, 5, 8, 9, 25, 66};
    const size_t positions[] = {1, 3, 17, 63, 64};
    for (size_t w = 0; w < 8 * 2; w++) {
        enum martlet_kv_format format = w % 2 ? MARTLET_KV_Q8_0 : MARTLET_KV_F16;
        size_t width = widths[w / 2];
        if (format == MARTLET_KV_Q8_0 && width % 32 != 0) {
            continue;
        }
        size_t row_bytes = martlet_kv_row_bytes(format, width);
        float *queries = bytes(66 * width * 4), *row = bytes(width * 4);
        float *expected = bytes(66 * (width + 2) * 4), *found = bytes(66 * (width + 2) * 4);
        uint8_t *keys = bytes(64 * row_bytes), *values = bytes(64 * row_bytes), *twins = bytes(64 * row_bytes);
        float *scratch = bytes(martlet_attention_scratch_floats(66, width) * 4);
        fill(queries, 66 * width, 2);
        for (size_t p = 0; p < 64; p++) {
            fill(row, width, 1);
            r->store_kv(format, row, keys + p * row_bytes, width);
            k->store_kv(format, row, twins + p * row_bytes, width);
            fill(row, width, 1);
            r->store_kv(format, row, values + p * row_bytes, width);
        }
        if (memcmp(keys, twins, 64 * row_bytes) != 0) {
            printf("%s: store_kv of %zu differs\n", k->name, width);
            failures++;
        }
        for (size_t i = 0; i < 9 * 5; i++) {
            int32_t first[66], last[66];
            static float bias[66 + 64];
            const float *biases[66];
            struct martlet_attention_tile tile = {
                .format = format, .width = width, .queries = queries, .query_stride = width, .rows = rows[i / 5],
                .keys = keys, .values = values, .positions = positions[i % 5], .first = first, .last = last,
                .scale = 1 / sqrtf((float)width), .soft_cap = i % 3 == 0 ? 5 : 0, .scratch = scratch,
                .biases = i % 4 == 1 ? biases : NULL,
            };
            for (size_t j = 0; j < 66; j++) {
                first[j] = rand() % 70 - 35;
                last[j] = rand() % 100;
                bias[j] = (float)(rand() % 400) / 100 - 2;
                biases[j] = bias + j;
            }
            attend(r, tile, expected);
            attend(k, tile, found);
            check(k->name, "attention", width * 1000 + rows[i / 5], expected, found, rows[i / 5] * (width + 2), 2e-5f);
        }
        free(queries), free(row), free(expected), free(found), free(keys), free(values), free(twins), free(scratch);
    }
}

static void compare_scans(const char *name) {
    const struct martlet_scan_kernels *r = martlet_scan_kernels_named("reference"), *k = martlet_scan_kernels_named(name);
    const size_t widths[] = {1, 3, 4, 5, 8, 31, 64, 385, 768};
    for (size_t w = 0; k != NULL && w < sizeof widths / sizeof widths[0]; w++) {
        size_t width = widths[w], group_bytes = martlet_scan_group_bytes(width);
        float *query = bytes(width * 4), *scales = bytes(48 * 4), expected[48], found[48];
        int8_t *high = bytes(width + 3), *low = bytes(width + 3);
        uint8_t *codes = bytes(3 * group_bytes);
        fill(query, width, 1), fill(scales, 48, 1);
        for (size_t i = 0; i < 3 * group_bytes; i++) {
            codes[i] = (uint8_t)(1 + rand() % 255);
        }
        struct martlet_scan_query q = martlet_scan_make_query(query, width, high, low);
        r->products(&q, width, codes, 3, scales, expected);
        k->products(&q, width, codes, 3, scales, found);
        check(name, "scan", width, expected, found, 48, 0);
        free(query), free(scales), free(high), free(low), free(codes);
    }
}

int main(void) {
    const struct martlet_kernels *tables[16];
    size_t count = martlet_kernels_available(tables, 16);
    for (size_t i = 1; i < count; i++) {
        int before = failures;
        compare_rows(tables[0], tables[i]);
        compare_formats(tables[0], tables[i]);
        compare_attention(tables[0], tables[i]);
        compare_scans(tables[i]->name);
        printf("%s: %s\n", tables[i]->name, failures == before ? "agrees with the reference" : "differs");
    }
    if (count < 2) {
        printf("no table but the reference\n");
    }
    return failures == 0 ? 0 : 1;
}
