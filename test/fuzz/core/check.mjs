/* What must hold of a result record, whatever the records that it came from. */
import * as abi from "../../../dist/assembly/abi.js";
import { MAPPING_FIELDS } from "./records.mjs";

const IS_OF_MAPPING = Uint8Array.from({ length: abi.RES_FIELDS }, (_, field) =>
  MAPPING_FIELDS.includes(field) ? 1 : 0,
);
const FIELDS_OF = [abi.HW_FIELDS, abi.IN_FIELDS, abi.RES_FIELDS];
const RECORD_OF = new Map([
  [abi.STATUS_BAD_HARDWARE, abi.RECORD_HARDWARE],
  [abi.STATUS_BAD_PROBLEM, abi.RECORD_PROBLEM],
  [abi.STATUS_BAD_MAPPING, abi.RECORD_MAPPING],
]);
/** Rounding of sums of f64. */
const MORE = 1 + 1e-9;

/**
 * What is wrong with the result in `after`, or null.
 *
 * @param before  the result record before the call
 */
export function faultOf(hardware, problem, before, after) {
  const at = (field) => after[field];
  const status = at(abi.RES_STATUS);
  if (status === abi.STATUS_OK) return faultOfNumbers(hardware, problem, at);
  const isGiven = problem[abi.IN_GIVEN_MAPPING] === 1;
  for (let field = abi.RES_CYCLES; field < abi.RES_FIELDS; field++) {
    const left = isGiven && IS_OF_MAPPING[field] ? before[field] : 0;
    if (!Object.is(at(field), left)) return `a row that is not OK holds ${at(field)} in field ${field}`;
  }
  const [level, needed, available] = [at(abi.RES_LEVEL), at(abi.RES_NEEDED), at(abi.RES_AVAILABLE)];
  if (status === abi.STATUS_TOO_SMALL) {
    if (level !== 1 && level !== 2) return `too small a level ${level}`;
    if (isGiven) return "a given mapping is too small";
    return needed > 0 && available > 0 ? null : `needs ${needed} bytes of ${available}`;
  }
  if (RECORD_OF.get(status) !== needed) return `status ${status} tells of record ${needed}`;
  if (!(level >= 0 && level < FIELDS_OF[needed])) return `status ${status} tells of field ${level}`;
  if (needed === abi.RECORD_MAPPING && (!IS_OF_MAPPING[level] || !isGiven)) return `field ${level} is not of a mapping`;
  return available >= abi.RULE_FLAG && available <= abi.RULE_CYCLES ? null : `rule ${available}`;
}

function faultOfNumbers(hardware, problem, at) {
  for (let field = 0; field < abi.RES_FIELDS; field++) {
    if (!Number.isFinite(at(field))) return `OK, field ${field} is ${at(field)}`;
    if (at(field) < 0 || Object.is(at(field), -0)) return `OK, field ${field} is ${at(field)}`;
  }
  const cycles = at(abi.RES_CYCLES);
  for (let field = abi.RES_CYCLES; field <= abi.RES_LAST_DRAIN; field++) {
    if (!Number.isInteger(at(field))) return `OK, a fraction of a cycle in field ${field}: ${at(field)}`;
  }
  for (let field = abi.RES_ELEMENTS; field < abi.RES_TRAFFIC + abi.TRAFFIC_COLUMNS; field++) {
    if (!Number.isInteger(at(field))) return `OK, a fraction in field ${field}: ${at(field)}`;
  }
  if (cycles < 1) return "OK, no cycles";
  for (const field of [abi.RES_LEVEL, abi.RES_NEEDED, abi.RES_AVAILABLE])
    if (at(field) !== 0) return "OK, but told of a field";
  for (const field of [abi.RES_ROOF_COMPUTE, abi.RES_ROOF_OUTER, abi.RES_ROOF_ARRAY, abi.RES_BOUND]) {
    if (at(field) > cycles * MORE) return `OK, ${cycles} cycles below field ${field}: ${at(field)}`;
  }
  const parts = at(abi.RES_COMPUTE) + at(abi.RES_STALL_OUTER) + at(abi.RES_STALL_INNER) + at(abi.RES_STALL_ARRAY);
  if (Math.abs(parts - cycles) > cycles * (MORE - 1)) return `OK, ${parts} cycles in parts, ${cycles} in all`;
  const product = (table, fields) => fields.reduce((all, field) => all * table[field], 1);
  const macs = product(problem, [abi.IN_BATCH, abi.IN_M, abi.IN_N, abi.IN_K]);
  const pes = product(hardware, [abi.HW_CORES, abi.HW_ARRAYS, abi.HW_ROWS, abi.HW_COLS]);
  return macs / (cycles * pes) > MORE ? "OK, more than all PEs at work" : null;
}

/** Index of the first number of which the bits differ; −1: none. */
export function firstDifference(a, b) {
  const [x, y] = [a, b].map((each) => new BigUint64Array(each.buffer, each.byteOffset, each.length));
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return i;
  return -1;
}
