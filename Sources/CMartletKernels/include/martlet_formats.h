/*
 * The formats that weights are stored in, by their numbers in GGUF files.
 */
#ifndef MARTLET_FORMATS_H
#define MARTLET_FORMATS_H

#include <stddef.h>
#include <stdint.h>

enum martlet_format {
    MARTLET_F32 = 0,
    MARTLET_F16 = 1,
    MARTLET_Q4_0 = 2,
    MARTLET_Q4_1 = 3,
    MARTLET_Q5_0 = 6,
    MARTLET_Q5_1 = 7,
    MARTLET_Q8_0 = 8,
    MARTLET_Q2_K = 10,
    MARTLET_Q3_K = 11,
    MARTLET_Q4_K = 12,
    MARTLET_Q5_K = 13,
    MARTLET_Q6_K = 14,
    MARTLET_IQ4_NL = 20,
    MARTLET_IQ4_XS = 23,
    MARTLET_BF16 = 30,
};

/* What a format is; one row per format in martlet_formats.c. */
struct martlet_format_traits {
    enum martlet_format format;
    const char *name;     /* "Q4_K" */
    size_t block_length;  /* values per block */
    size_t block_bytes;   /* bytes per block */
    /* floats -> blocks, count % block_length == 0; NULL where Martlet only reads the format */
    void (*quantize)(const float *source, void *destination, size_t count);
};

/* The traits of a format by its number in a file, or NULL for a number that Martlet doesn't know. */
const struct martlet_format_traits *martlet_format_traits_of(uint32_t number);
/* The i-th known format, or NULL past the last; for lists. */
const struct martlet_format_traits *martlet_format_traits_at(size_t index);

#endif
