/* The simulator's core as a C library. Records: ecotile.h. One thread at a time. */
#ifndef ECOTILE_CORE_H
#define ECOTILE_CORE_H
#include <stddef.h>

/* 0, or 1 where the core has another ABI than ecotile.h: then nothing else may be called. */
int ecotile_open(void);

/*
 * Runs any number of problem records (IN_FIELDS doubles each) on the machine of a hardware record (HW_FIELDS doubles).
 * results: RES_FIELDS doubles each; what is in them is read where a problem gives its mapping. Returns how many rows are not STATUS_OK.
 */
size_t ecotile_run(const double *hardware, const double *problems, size_t count, double *results);
#endif
