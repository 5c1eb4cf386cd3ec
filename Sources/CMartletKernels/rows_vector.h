/*
 * Operations on rows of floats over the vectors of one instruction set: the body of rows_{avx2,avx512,neon}.c.
 * Any alignment, any count. What each computes is said at its reference in rows_reference.c; differences from it are
 * within Tolerance.rows (sums) and Tolerance.activation (functions of one value) of the tests.
 */

/* The whole row or the rest of it, as a vector. */
V_INLINE vector v_load_at(const float *x, size_t i, size_t count) {
    return i + VECTOR_WIDTH <= count ? v_load(x + i) : v_load_partial(x + i, count - i);
}

V_INLINE void v_store_at(float *x, size_t i, size_t count, vector value) {
    if (i + VECTOR_WIDTH <= count) {
        v_store(x + i, value);
    } else {
        v_store_partial(x + i, value, count - i);
    }
}

/* y = x / sqrt(mean(x^2) + epsilon) * weight; [count]; y may be x. */
void VECTOR_NAME(rms_norm)(const float *x, const float *weight, size_t count, float epsilon, float *y) {
    assert(x != NULL && y != NULL && count > 0);
    vector sums[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;
    for (; i + 4 * VECTOR_WIDTH <= count; i += 4 * VECTOR_WIDTH) {
        for (size_t j = 0; j < 4; j++) {
            vector value = v_load(x + i + j * VECTOR_WIDTH);
            sums[j] = v_fma(value, value, sums[j]);
        }
    }
    for (; i < count; i += VECTOR_WIDTH) {
        vector value = v_load_at(x, i, count);
        sums[0] = v_fma(value, value, sums[0]);
    }
    float squares = v_sum(v_add(v_add(sums[0], sums[1]), v_add(sums[2], sums[3])));
    vector factor = v_set(1 / sqrtf(squares / (float)count + epsilon));
    for (i = 0; i < count; i += VECTOR_WIDTH) {
        vector value = v_mul(v_load_at(x, i, count), factor);
        v_store_at(y, i, count, weight != NULL ? v_mul(value, v_load_at(weight, i, count)) : value);
    }
}

/* y = (x - mean) / sqrt(variance + epsilon) * weight + bias; [count]; y may be x. */
void VECTOR_NAME(layer_norm)(const float *x, const float *weight, const float *bias, size_t count, float epsilon,
                             float *y) {
    assert(x != NULL && y != NULL && count > 0);
    vector sum = v_set(0), squares = v_set(0);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        sum = v_add(sum, v_load_at(x, i, count));
    }
    float mean = v_sum(sum) / (float)count;
    size_t whole = count / VECTOR_WIDTH * VECTOR_WIDTH;
    for (size_t i = 0; i < whole; i += VECTOR_WIDTH) {
        vector value = v_sub(v_load(x + i), v_set(mean));
        squares = v_fma(value, value, squares);
    }
    float variance = v_sum(squares);
    for (size_t i = whole; i < count; i++) {
        variance += (x[i] - mean) * (x[i] - mean);
    }
    vector factor = v_set(1 / sqrtf(variance / (float)count + epsilon));
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        vector value = v_mul(v_sub(v_load_at(x, i, count), v_set(mean)), factor);
        value = weight != NULL ? v_mul(value, v_load_at(weight, i, count)) : value;
        v_store_at(y, i, count, bias != NULL ? v_add(value, v_load_at(bias, i, count)) : value);
    }
}

/* y += x; [count]; y may be x. */
void VECTOR_NAME(add)(const float *x, size_t count, float *y) {
    assert(x != NULL && y != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(y, i, count, v_add(v_load_at(y, i, count), v_load_at(x, i, count)));
    }
}

/* y *= factor; [count]. */
void VECTOR_NAME(scale)(float factor, size_t count, float *y) {
    assert(y != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(y, i, count, v_mul(v_load_at(y, i, count), v_set(factor)));
    }
}

/* gate = silu(gate) * up; [count]; gate may not be up. */
void VECTOR_NAME(silu_multiply)(float *gate, const float *up, size_t count) {
    assert(gate != NULL && up != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(gate, i, count, v_mul(v_silu(v_load_at(gate, i, count)), v_load_at(up, i, count)));
    }
}

/* gate = gelu(gate) * up; [count]; gate may not be up. */
void VECTOR_NAME(gelu_multiply)(float *gate, const float *up, size_t count) {
    assert(gate != NULL && up != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(gate, i, count, v_mul(v_gelu(v_load_at(gate, i, count)), v_load_at(up, i, count)));
    }
}

/* x = gelu(x); [count]. */
void VECTOR_NAME(gelu)(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(x, i, count, v_gelu(v_load_at(x, i, count)));
    }
}

/* x = x/2 (1 + erf(x / sqrt(2))), to 3e-7 absolutely; [count]. */
void VECTOR_NAME(gelu_exact)(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(x, i, count, v_gelu_exact(v_load_at(x, i, count)));
    }
}

/* x = max(x, 0); [count]. */
void VECTOR_NAME(relu)(float *x, size_t count) {
    assert(x != NULL);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(x, i, count, v_max(v_set(0), v_load_at(x, i, count)));
    }
}

/* x = cap * tanh(x / cap), cap > 0, to 3e-7 cap absolutely; [count]. */
void VECTOR_NAME(soft_cap)(float *x, size_t count, float cap) {
    assert(x != NULL && cap > 0);
    vector inverse = v_set(1 / cap);
    for (size_t i = 0; i < count; i += VECTOR_WIDTH) {
        v_store_at(x, i, count, v_mul(v_tanh(v_mul(v_load_at(x, i, count), inverse)), v_set(cap)));
    }
}

/* One head whose pairs are (i, i + pairs). */
V_INLINE void v_rotate_halves(float *x, size_t pairs, const float *cosines, const float *sines) {
    for (size_t i = 0; i < pairs; i += VECTOR_WIDTH) {
        vector a = v_load_at(x, i, pairs), b = v_load_at(x + pairs, i, pairs);
        vector cosine = v_load_at(cosines, i, pairs), sine = v_load_at(sines, i, pairs);
        v_store_at(x, i, pairs, v_fnma(b, sine, v_mul(a, cosine)));
        v_store_at(x + pairs, i, pairs, v_fma(a, sine, v_mul(b, cosine)));
    }
}

/* One head whose pairs are (2i, 2i + 1). */
V_INLINE void v_rotate_neighbours(float *x, size_t pairs, const float *cosines, const float *sines) {
    size_t i = 0;
    for (; i + VECTOR_WIDTH <= pairs; i += VECTOR_WIDTH) {
        float *pair = x + 2 * i;
        vector low = v_load(pair), high = v_load(pair + VECTOR_WIDTH);
        vector a = v_evens(low, high), b = v_odds(low, high);
        vector cosine = v_load(cosines + i), sine = v_load(sines + i);
        vector first = v_fnma(b, sine, v_mul(a, cosine)), second = v_fma(a, sine, v_mul(b, cosine));
        v_store(pair, v_zip_low(first, second));
        v_store(pair + VECTOR_WIDTH, v_zip_high(first, second));
    }
    for (; i < pairs; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = b * cosines[i] + a * sines[i];
    }
}

/* (a, b) -> (a cos - b sin, b cos + a sin); x: [heads][width]; cosines, sines: [rotated / 2], apart from x. */
void VECTOR_NAME(rope)(float *x, size_t heads, size_t width, size_t rotated, const float *cosines, const float *sines,
                       bool interleaved) {
    assert(x != NULL && cosines != NULL && sines != NULL && rotated % 2 == 0 && rotated <= width);
    for (size_t head = 0; head < heads; head++) {
        if (interleaved) {
            v_rotate_neighbours(x + head * width, rotated / 2, cosines, sines);
        } else {
            v_rotate_halves(x + head * width, rotated / 2, cosines, sines);
        }
    }
}

/* The three largest magnitudes that each lane has seen. */
struct v_largest {
    vector first, second, third;
};

V_INLINE void v_see(struct v_largest *largest, vector value) {
    const vector magnitude = v_abs(value);
    const vector below = v_min(largest->first, magnitude);
    largest->first = v_max(largest->first, magnitude);
    largest->third = v_max(largest->third, v_min(largest->second, below));
    largest->second = v_max(largest->second, below);
}

/* The first, second and third largest of all lanes, to largest[0..2]. */
V_INLINE void v_three_largest(const struct v_largest *lanes, float largest[3]) {
    float first[VECTOR_WIDTH], second[VECTOR_WIDTH], third[VECTOR_WIDTH];
    v_store(first, lanes->first);
    v_store(second, lanes->second);
    v_store(third, lanes->third);
#pragma clang loop unroll(full)
    for (size_t half = VECTOR_WIDTH / 2; half > 0; half /= 2) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < half; i++) {
            const float upper = first[i] < first[i + half] ? first[i] : first[i + half];
            const float lower = second[i] > second[i + half] ? second[i] : second[i + half];
            const float next = third[i] > third[i + half] ? third[i] : third[i + half];
            const float between = upper < lower ? upper : lower;
            first[i] = first[i] > first[i + half] ? first[i] : first[i + half];
            second[i] = upper > lower ? upper : lower;
            third[i] = between > next ? between : next;
        }
    }
    largest[0] = first[0];
    largest[1] = second[0];
    largest[2] = third[0];
}

/* Values of x that exceed MARTLET_OUTLIER_FACTOR times the next largest magnitude become 0 and outliers; [count]. */
size_t VECTOR_NAME(take_outliers)(float *x, size_t count, struct martlet_outlier outliers[MARTLET_OUTLIERS]) {
    assert(x != NULL && outliers != NULL);
    _Static_assert(MARTLET_OUTLIERS == 2, "the third largest is the next");
    /* Two of them, so that one needn't wait for the other. */
    struct v_largest even = {v_set(0), v_set(0), v_set(0)}, odd = even;
    size_t i = 0;
    for (; i + 2 * VECTOR_WIDTH <= count; i += 2 * VECTOR_WIDTH) {
        v_see(&even, v_load(x + i));
        v_see(&odd, v_load(x + i + VECTOR_WIDTH));
    }
    for (; i < count; i += VECTOR_WIDTH) {
        v_see(&even, v_load_at(x, i, count));
    }
    v_see(&even, odd.first);
    v_see(&even, odd.second);
    v_see(&even, odd.third);
    float largest[3];
    v_three_largest(&even, largest);
    memset(outliers, 0, MARTLET_OUTLIERS * sizeof *outliers);
    const float limit = MARTLET_OUTLIER_FACTOR * largest[2];
    if (!(largest[0] > limit && largest[0] < INFINITY)) return 0;
    size_t taken = 0;
    const size_t wanted = largest[1] > limit ? 2 : 1;
    for (size_t start = 0; start < count; start += VECTOR_WIDTH) {
        for (uint32_t lanes = v_lanes_above(v_load_at(x, start, count), limit); lanes != 0; lanes &= lanes - 1) {
            const size_t at = start + (size_t)__builtin_ctz(lanes);
            outliers[taken++] = (struct martlet_outlier){(uint32_t)at, x[at]};
            x[at] = 0;
            if (taken == wanted) return taken;
        }
    }
    return taken;
}

/* y = x - scale * q, bit for bit as the reference; [columns], columns % 32 == 0; y may be x. */
void VECTOR_NAME(activation_residue)(const float *x, const void *row, size_t columns, float *y) {
    assert(x != NULL && row != NULL && y != NULL && columns % 32 == 0);
    const struct martlet_activation_row parts = martlet_activation_row_at(row, columns);
    for (size_t k = 0; k < columns; k += VECTOR_WIDTH) {
        const vector scale = v_set(parts.scale[k / MARTLET_ACTIVATION_BLOCK]);
        v_store(y + k, v_fnma(scale, v_load_int8(parts.q + k), v_load(x + k)));
    }
}

/* The sum of the bytes' 64-bit words and of the last bytes, modulo 2^64. The compiler vectorises it. */
uint64_t VECTOR_NAME(read_bytes)(const void *source, size_t count) {
    assert(source != NULL || count == 0);
    const uint8_t *bytes = source;
    uint64_t sums[8] = {0};
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        /* The hardware stops at page borders; asking ahead across them is what fast products do as well. */
        __builtin_prefetch(bytes + i + 4096);
        for (size_t j = 0; j < 8; j++) {
            uint64_t word;
            memcpy(&word, bytes + i + 8 * j, sizeof word);
            sums[j] += word;
        }
    }
    uint64_t sum = 0;
    for (size_t j = 0; j < 8; j++) {
        sum += sums[j];
    }
    for (; i + 8 <= count; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        sum += word;
    }
    for (; i < count; i++) {
        sum += bytes[i];
    }
    return sum;
}
