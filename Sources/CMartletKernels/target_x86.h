/* The instructions of the two float instruction sets, for `#pragma clang attribute push`. */
#ifndef MARTLET_TARGET_X86_H
#define MARTLET_TARGET_X86_H

#define MARTLET_PRAGMA_TEXT(...) _Pragma(#__VA_ARGS__)

/* Haswell (2013), Zen 1 and later. */
#define MARTLET_AVX2_FLOAT_BEGIN                                                                                       \
    MARTLET_PRAGMA_TEXT(clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function))
/* Skylake-X (2017), Zen 4 and later. */
#define MARTLET_AVX512_FLOAT_BEGIN                                                                                     \
    MARTLET_PRAGMA_TEXT(clang attribute push(                                                                          \
        __attribute__((target("avx2,fma,f16c,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function))
#define MARTLET_FLOAT_END MARTLET_PRAGMA_TEXT(clang attribute pop)

#endif
