#include "ecotile_core.h"
#include <string.h>
#include "core.h"
#include "ecotile.h"

/* Names that wasm2c gives: up to wabt 1.0.32 they start with Z_, from 1.0.33 on with w2c_. The Makefile looks. */
#ifdef WASM2C_OLD
typedef Z_core_instance_t core_t;
#define CORE(name) Z_coreZ_##name
#define START(core) (Z_core_init_module(), Z_core_instantiate(core))
#else
typedef w2c_core core_t;
#define CORE(name) w2c_core_##name
#define START(core) wasm2c_core_instantiate(core)
#endif

static core_t core;

int ecotile_open(void) {
  wasm_rt_init();
  START(&core);
  return CORE(abiVersion)(&core) != ECOTILE_ABI_VERSION;
}

static void *at(unsigned offset) { return CORE(memory)(&core)->data + offset; }

size_t ecotile_run(const double *hardware, const double *problems, size_t count, double *results) {
  const size_t most = CORE(maxBatch)(&core);
  size_t failed = 0;
  memcpy(at(CORE(hardwarePointer)(&core)), hardware, ECOTILE_HW_FIELDS * sizeof(double));
  while (count > 0) {
    const size_t rows = count < most ? count : most;
    memcpy(at(CORE(problemsPointer)(&core)), problems, rows * ECOTILE_IN_FIELDS * sizeof(double));
    memcpy(at(CORE(resultsPointer)(&core)), results, rows * ECOTILE_RES_FIELDS * sizeof(double));
    failed += CORE(evaluate)(&core, (unsigned)rows);
    memcpy(results, at(CORE(resultsPointer)(&core)), rows * ECOTILE_RES_FIELDS * sizeof(double));
    problems += rows * ECOTILE_IN_FIELDS;
    results += rows * ECOTILE_RES_FIELDS;
    count -= rows;
  }
  return failed;
}
