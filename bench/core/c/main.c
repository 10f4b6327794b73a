/*
 * Runs the translated core (put before this file with -include) on jobs that Node has written: main CALL JOBS RESULTS REPEATS.
 * CALL is evaluate or scoreOnly.
 * JOBS is f64s: the number of jobs, then for each the number of problems, a hardware record, the problem records and the
 * result records as they stand before the call. RESULTS gets the result records of all jobs. Prints the CPU seconds of
 * REPEATS passes over the jobs, behind one pass that is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double *jobs;
static int32_t (*call)(int32_t count);

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

static void run(FILE *results) {
  const size_t hardware = (size_t)core_hardwareFields() * sizeof(double);
  const size_t problem = (size_t)core_problemFields() * sizeof(double);
  const size_t result = (size_t)core_resultFields() * sizeof(double);
  const char *at = (const char *)(jobs + 1);
  for (int job = 0; job < (int)jobs[0]; job++) {
    const size_t count = (size_t) * (const double *)at;
    at += sizeof(double);
    memcpy((void *)core_hardwarePointer(), at, hardware);
    at += hardware;
    memcpy((void *)core_problemsPointer(), at, count * problem);
    at += count * problem;
    memcpy((void *)core_resultsPointer(), at, count * result);
    at += count * result;
    call((int32_t)count);
    if (results != NULL && fwrite((void *)core_resultsPointer(), result, count, results) != count) {
      stop("cannot write the results");
    }
  }
}

static double cpu_seconds(void) { return (double)clock() / CLOCKS_PER_SEC; }

int main(int count, char **arguments) {
  if (count != 5) stop("main CALL JOBS RESULTS REPEATS");
  call = strcmp(arguments[1], "scoreOnly") == 0 ? core_scoreOnly : core_evaluate;
  core_start();
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
