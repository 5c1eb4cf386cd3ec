/*
 * What the AVX-512 VNNI files begin with: between MARTLET_AVX512_BEGIN and MARTLET_AVX512_END every function may use
 * those instructions, whatever the compiler's own target is.
 */
#ifndef MARTLET_AVX512_H
#define MARTLET_AVX512_H

#include <immintrin.h>

#define MARTLET_PRAGMA(...) _Pragma(#__VA_ARGS__)
#define MARTLET_AVX512_BEGIN                                                                                           \
    MARTLET_PRAGMA(clang attribute push(                                                                               \
        __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni"))),             \
        apply_to = function))
#define MARTLET_AVX512_END MARTLET_PRAGMA(clang attribute pop)

/* Inlined with constant arguments, so that one source makes a kernel per shape. */
#define MARTLET_INLINE static inline __attribute__((always_inline))

#endif
