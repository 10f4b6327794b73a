import * as abi from "./abi";

/*
 * Fixed regions of linear memory; nothing grows and nothing is allocated at run time.
 *
 *   hardware   HW_FIELDS × f64, as the host writes it; then the core's own copy of it, as it is used (hardware.ts)
 *   problems   MAX_BATCH × IN_FIELDS × f64
 *   results    MAX_BATCH × RES_FIELDS × f64
 *   scratch    tables of the mapper, named where they are used
 */
export const HARDWARE_RECORD: usize = memory.data(abi.HW_FIELDS * 8, 16);
export const HARDWARE: usize = memory.data(abi.HW_FIELDS * 8, 16);
export const PROBLEMS: usize = memory.data(abi.MAX_BATCH * abi.IN_FIELDS * 8, 16);
export const RESULTS: usize = memory.data(abi.MAX_BATCH * abi.RES_FIELDS * 8, 16);

export function get(base: usize, field: i32): f64 {
  return load<f64>(base + ((<usize>field) << 3));
}

export function put(base: usize, field: i32, value: f64): void {
  store<f64>(base + ((<usize>field) << 3), value);
}

/** Three fields one after the other. */
export function putThree(base: usize, field: i32, first: f64, second: f64, third: f64): void {
  put(base, field, first);
  put(base, field + 1, second);
  put(base, field + 2, third);
}
