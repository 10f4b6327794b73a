import * as abi from "../../assembly/abi.ts";
import { InputError } from "../errors/index.ts";
import type { Core } from "./core.ts";
import { refusalOf, refusalText } from "./refusal.ts";

/** What became of one problem record. */
export type RecordStatus =
  | { readonly status: "ok" }
  | {
      readonly status: "too-small";
      /** Buffer in which the smallest tile does not fit. */
      readonly level: "inner" | "outer";
      readonly neededBytes: number;
      readonly availableBytes: number;
    }
  | {
      readonly status: "bad-hardware" | "bad-problem" | "bad-mapping";
      /** Its name in assembly/abi.ts, for example `HW_OUTER_PORT + PORT_WRITE_BYTES`. */
      readonly field: string;
      /** A sentence with the value and the rule that it breaks. */
      readonly message: string;
    };

export interface RanRecords {
  /** A result record for each problem, little-endian doubles. */
  readonly results: Uint8Array;
  readonly statuses: readonly RecordStatus[];
}

const BYTES = Float64Array.BYTES_PER_ELEMENT;
const HARDWARE = abi.HW_FIELDS * BYTES;
const PROBLEM = abi.IN_FIELDS * BYTES;
const RESULT = abi.RES_FIELDS * BYTES;

/**
 * Gives the core records as they are, and takes what comes out.
 *
 * @param records  the hardware record, then any number of problem records, as `gemm --emit record` writes them
 * @param mappings for problems with IN_GIVEN_MAPPING: result records that hold the mapping, one for each problem
 * @throws InputError for bytes that are no whole number of records; what stands in a record only decides its status
 */
export function runRecords(core: Core, records: Uint8Array, mappings: Uint8Array | null = null): RanRecords {
  const count = (records.byteLength - HARDWARE) / PROBLEM;
  checkLength("Records", records, count, HARDWARE + Math.max(1, Math.ceil(count)) * PROBLEM);
  if (mappings !== null) checkLength("Mappings", mappings, count, count * RESULT);
  const results = new Uint8Array(count * RESULT);
  const statuses: RecordStatus[] = [];
  copyIn(core.hardware, records.subarray(0, HARDWARE));
  for (let first = 0; first < count; first += abi.MAX_BATCH) {
    const rows = Math.min(abi.MAX_BATCH, count - first);
    const from = HARDWARE + first * PROBLEM;
    copyIn(core.problems, records.subarray(from, from + rows * PROBLEM));
    if (mappings === null) core.results.fill(0, 0, rows * abi.RES_FIELDS);
    else copyIn(core.results, mappings.subarray(first * RESULT, (first + rows) * RESULT));
    core.evaluate(rows);
    results.set(bytesOf(core.results, rows * RESULT), first * RESULT);
    for (let row = 0; row < rows; row += 1) statuses.push(statusOf(core, row));
  }
  return { results, statuses };
}

function checkLength(what: string, { byteLength }: Uint8Array, count: number, needed: number): void {
  if (Number.isInteger(count) && count >= 1 && byteLength === needed) return;
  throw new InputError(
    `${what} have ${byteLength} bytes, but need ${needed}: a hardware record has ${HARDWARE}, each problem ${PROBLEM}, each result with its mapping ${RESULT}.`,
  );
}

/** Views of tables go on to the end of the memory. */
const bytesOf = (table: Float64Array, length: number): Uint8Array =>
  new Uint8Array(table.buffer, table.byteOffset, length);

const copyIn = (table: Float64Array, bytes: Uint8Array): void => bytesOf(table, bytes.byteLength).set(bytes);

const BAD = new Map([
  [abi.STATUS_BAD_HARDWARE, "bad-hardware"],
  [abi.STATUS_BAD_PROBLEM, "bad-problem"],
  [abi.STATUS_BAD_MAPPING, "bad-mapping"],
] as const);

function statusOf(core: Core, row: number): RecordStatus {
  const at = (field: number): number => core.results[row * abi.RES_FIELDS + field]!;
  const status = at(abi.RES_STATUS);
  if (status === abi.STATUS_OK) return { status: "ok" };
  if (status === abi.STATUS_TOO_SMALL) {
    const level = at(abi.RES_LEVEL) === 1 ? "outer" : "inner";
    return { status: "too-small", level, neededBytes: at(abi.RES_NEEDED), availableBytes: at(abi.RES_AVAILABLE) };
  }
  const refusal = refusalOf(core, row);
  return { status: BAD.get(status as never)!, field: refusal.field, message: `${refusalText(refusal)}.` };
}
