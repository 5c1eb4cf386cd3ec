/* The tables of scan kernels; which of them a machine runs, martlet_kernels.h knows. */
#include <string.h>

#include "martlet_kernels.h"
#include "scan.h"

#define MARTLET_SCAN_TABLE(isa)                                                                                        \
    { .name = #isa, .products = martlet_scan_products_##isa }

/* Slowest first. */
static const struct martlet_scan_kernels martlet_scan_tables[] = {
    MARTLET_SCAN_TABLE(reference),
#if defined(__x86_64__)
    MARTLET_SCAN_TABLE(avx2),
    MARTLET_SCAN_TABLE(avx512vnni),
#endif
#if defined(__aarch64__)
    MARTLET_SCAN_TABLE(neon),
    MARTLET_SCAN_TABLE(neondot),
#endif
};

#define TABLE_COUNT (sizeof martlet_scan_tables / sizeof martlet_scan_tables[0])

const struct martlet_scan_kernels *martlet_scan_kernels_best(void) {
    size_t i = TABLE_COUNT - 1;
    while (i > 0 && martlet_kernels_named(martlet_scan_tables[i].name) == NULL) {
        i--;
    }
    return &martlet_scan_tables[i];
}

const struct martlet_scan_kernels *martlet_scan_kernels_named(const char *name) {
    if (martlet_kernels_named(name) == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (strcmp(martlet_scan_tables[i].name, name) == 0) {
            return &martlet_scan_tables[i];
        }
    }
    return NULL;
}
