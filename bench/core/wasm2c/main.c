/*
 * Runs the core, translated to C by wasm2c, on jobs that Node has written: main CALL JOBS RESULTS REPEATS.
 * CALL is evaluate or scoreOnly. binding.h, which build.mjs writes, says what wasm2c has named things.
 * JOBS is f64s: the number of jobs, then for each the number of problems, a hardware record, the problem records and the
 * result records as they stand before the call. RESULTS gets the result records of all jobs. Prints the CPU seconds of
 * REPEATS passes over the jobs, behind one pass that is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "binding.h"

static core_t core;
static double *jobs;
static int only_scores;

static void stop(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void read_jobs(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) stop("cannot read the jobs");
  const long bytes = ftell(file);
  rewind(file);
  jobs = malloc((size_t)bytes);
  if (jobs == NULL || fread(jobs, 1, (size_t)bytes, file) != (size_t)bytes) stop("cannot read the jobs");
  fclose(file);
}

static const char *take(unsigned at, const char *from, size_t bytes) {
  memcpy(CORE(memory)(&core)->data + at, from, bytes);
  return from + bytes;
}

static void run(FILE *results) {
  const size_t hardware = CORE(hardwareFields)(&core) * sizeof(double);
  const size_t problem = CORE(problemFields)(&core) * sizeof(double);
  const size_t result = CORE(resultFields)(&core) * sizeof(double);
  const char *at = (const char *)(jobs + 1);
  for (int job = 0; job < (int)jobs[0]; job++) {
    const size_t count = (size_t) * (const double *)at;
    at += sizeof(double);
    at = take(CORE(hardwarePointer)(&core), at, hardware);
    at = take(CORE(problemsPointer)(&core), at, count * problem);
    at = take(CORE(resultsPointer)(&core), at, count * result);
    if (only_scores) CORE(scoreOnly)(&core, (unsigned)count);
    else CORE(evaluate)(&core, (unsigned)count);
    const unsigned char *found = CORE(memory)(&core)->data + CORE(resultsPointer)(&core);
    if (results != NULL && fwrite(found, result, count, results) != count) stop("cannot write the results");
  }
}

static double cpu_seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

int main(int count, char **arguments) {
  if (count != 5) stop("main CALL JOBS RESULTS REPEATS");
  only_scores = strcmp(arguments[1], "scoreOnly") == 0;
  wasm_rt_init();
  START(&core);
  read_jobs(arguments[2]);
  FILE *results = fopen(arguments[3], "wb");
  if (results == NULL) stop("cannot write the results");
  run(results);
  if (fclose(results) != 0) stop("cannot write the results");
  const double start = cpu_seconds();
  for (int pass = 0; pass < atoi(arguments[4]); pass++) run(NULL);
  printf("%.6f\n", cpu_seconds() - start);
  return 0;
}
