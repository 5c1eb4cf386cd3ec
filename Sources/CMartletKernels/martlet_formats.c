/* The table of weight formats: one row each. */
#include "martlet_formats.h"

#include "block_layouts.h"
#include "quantize.h"

#define BLOCK(layout) sizeof(struct martlet_block_##layout)

static const struct martlet_format_traits martlet_formats[] = {
    {MARTLET_F32, "F32", 1, 4, martlet_quantize_f32_reference},
    {MARTLET_F16, "F16", 1, 2, martlet_quantize_f16_reference},
    {MARTLET_BF16, "BF16", 1, 2, martlet_quantize_bf16_reference},
    {MARTLET_Q4_0, "Q4_0", 32, BLOCK(q4_0), martlet_quantize_q4_0_reference},
    {MARTLET_Q4_1, "Q4_1", 32, BLOCK(q4_1), martlet_quantize_q4_1_reference},
    {MARTLET_Q5_0, "Q5_0", 32, BLOCK(q5_0), martlet_quantize_q5_0_reference},
    {MARTLET_Q5_1, "Q5_1", 32, BLOCK(q5_1), martlet_quantize_q5_1_reference},
    {MARTLET_Q8_0, "Q8_0", 32, BLOCK(q8_0), martlet_quantize_q8_0_reference},
    {MARTLET_Q2_K, "Q2_K", 256, BLOCK(q2_k), martlet_quantize_q2_k_reference},
    {MARTLET_Q3_K, "Q3_K", 256, BLOCK(q3_k), martlet_quantize_q3_k_reference},
    {MARTLET_Q4_K, "Q4_K", 256, BLOCK(q4_k), martlet_quantize_q4_k_reference},
    {MARTLET_Q5_K, "Q5_K", 256, BLOCK(q5_k), martlet_quantize_q5_k_reference},
    {MARTLET_Q6_K, "Q6_K", 256, BLOCK(q6_k), martlet_quantize_q6_k_reference},
    {MARTLET_IQ4_NL, "IQ4_NL", 32, BLOCK(iq4_nl), martlet_quantize_iq4_nl_reference},
    {MARTLET_IQ4_XS, "IQ4_XS", 256, BLOCK(iq4_xs), martlet_quantize_iq4_xs_reference},
};

#define FORMAT_COUNT (sizeof martlet_formats / sizeof martlet_formats[0])

const struct martlet_format_traits *martlet_format_traits_at(size_t index) {
    return index < FORMAT_COUNT ? &martlet_formats[index] : NULL;
}

const struct martlet_format_traits *martlet_format_traits_of(uint32_t number) {
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if ((uint32_t)martlet_formats[i].format == number) {
            return &martlet_formats[i];
        }
    }
    return NULL;
}
