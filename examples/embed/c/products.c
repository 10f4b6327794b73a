/* 1,000 products on a chip, as the core's result records on standard output: products RECORD, where RECORD begins with a hardware record. */
#include <stdio.h>
#include <stdlib.h>
#include "ecotile.h"
#include "ecotile_core.h"

#define COUNT 1000

static double hardware[ECOTILE_HW_FIELDS];
static double problems[COUNT][ECOTILE_IN_FIELDS];
static double results[COUNT][ECOTILE_RES_FIELDS];

static void stop(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

int main(int count, char **arguments) {
  if (count != 2) stop("products RECORD");
  FILE *record = fopen(arguments[1], "rb");
  if (record == NULL || fread(hardware, sizeof(double), ECOTILE_HW_FIELDS, record) != ECOTILE_HW_FIELDS)
    stop("cannot read the hardware record");
  fclose(record);
  for (int i = 0; i < COUNT; i++) {
    /* Fields that are left 0 have that as their default: latency, fast search, nothing resident. */
    problems[i][ECOTILE_IN_BATCH] = 1;
    problems[i][ECOTILE_IN_M] = 1 + 37 * i % 512;
    problems[i][ECOTILE_IN_N] = 1 + 101 * i % 1024;
    problems[i][ECOTILE_IN_K] = 1 + 211 * i % 768;
  }
  if (ecotile_open() != 0) stop("the core has another ABI than ecotile.h");
  const size_t failed = ecotile_run(hardware, problems[0], COUNT, results[0]);
  if (failed > 0) fprintf(stderr, "%zu products do not run, the first with status %g\n", failed, results[0][ECOTILE_RES_STATUS]);
  return fwrite(results, sizeof(results), 1, stdout) == 1 ? 0 : 1;
}
