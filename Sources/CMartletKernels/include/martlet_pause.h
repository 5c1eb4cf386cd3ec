/*
 * The hint that a loop only waits for another core.
 */
#ifndef MARTLET_PAUSE_H
#define MARTLET_PAUSE_H

/* Tells the core that this thread spins: saves power and lets a sibling thread run. */
static inline void martlet_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
