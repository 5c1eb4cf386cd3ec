#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/* Counts the allocations of the whole process, all threads together, between the two calls. */
void allocation_counter_start(void);
long allocation_counter_stop(void);

#endif
