import type { Hardware } from "../../spec/hardware.ts";
import { isStack } from "../../spec/stack.ts";
import { KIBIBYTE } from "../constants.ts";
import { CostError } from "../errors.ts";
import { PUBLISHED_NODE_NM } from "../profile.ts";
import { loadTable, valueNamed } from "../table.ts";
import type { Unknown } from "../types.ts";

export type BufferName = "localBuffer" | "globalBuffer";

/** One buffer of the published table: area in um2, energy in pJ for an access of 32 bits. */
export interface PublishedBuffer {
  readonly area: number;
  readonly read: number;
  readonly write: number;
}

export interface PublishedTable {
  readonly macArea: number;
  readonly arrayRegisterArea: number;
  readonly vectorRegisterArea: number;
  readonly vectorOperationEnergy: number;
  readonly arrayRegister: { readonly read: number; readonly write: number };
  readonly vectorRegister: { readonly read: number; readonly write: number };
  readonly dramAccess: number;
  /** By size in bytes. */
  readonly localBuffer: ReadonlyMap<number, PublishedBuffer>;
  readonly globalBuffer: ReadonlyMap<number, PublishedBuffer>;
}

let cached: PublishedTable | null = null;

/** The published estimator's table, read once. Buffer area there depends on the size alone, not on the bandwidth. */
export function publishedTable(): PublishedTable {
  if (cached) return cached;
  const table = loadTable("published");
  const buffers = (name: BufferName): ReadonlyMap<number, PublishedBuffer> =>
    new Map(
      table.rows
        .filter((row) => row.name === `${name}Area`)
        .map(({ at }) => {
          const of = (quantity: string): number => valueNamed(table, `${name}${quantity}`, at);
          return [Number(at["kib"]) * KIBIBYTE, { area: of("Area"), read: of("Read"), write: of("Write") }];
        }),
    );
  const of = (name: string): number => valueNamed(table, name);
  cached = {
    macArea: of("macArea"),
    arrayRegisterArea: of("arrayRegisterArea"),
    vectorRegisterArea: of("vectorRegisterArea"),
    vectorOperationEnergy: of("vectorOperationEnergy"),
    arrayRegister: { read: of("arrayRegisterRead"), write: of("arrayRegisterWrite") },
    vectorRegister: { read: of("vectorRegisterRead"), write: of("vectorRegisterWrite") },
    dramAccess: of("dramAccess"),
    localBuffer: buffers("localBuffer"),
    globalBuffer: buffers("globalBuffer"),
  };
  return cached;
}

/**
 * Row of one buffer; null where the hardware has no such level.
 * @throws CostError `cost/size-not-in-table` with the sizes that the table has
 */
export function publishedBuffer(hardware: Hardware, name: BufferName): PublishedBuffer | null {
  const buffer = hardware[name];
  if (buffer === null) return null;
  const rows = publishedTable()[name];
  const row = typeof buffer.size === "number" ? rows.get(buffer.size) : undefined;
  if (row) return row;
  const asked = typeof buffer.size === "number" ? `${buffer.size / KIBIBYTE} KiB` : "one buffer per operand";
  throw new CostError(
    "cost/size-not-in-table",
    `${name}.size`,
    `${asked} is not in the table of technology.profile "published".`,
    [...rows.keys()].map((bytes) => `${bytes / KIBIBYTE} KiB`),
  );
}

/** Null where the published tables cover the node and the dies; else why they do not. */
export function publishedNodeGap(hardware: Hardware): Unknown | null {
  if (isStack(hardware))
    return { total: null, reason: "the published estimator knows one die, and the package has several" };
  if (hardware.node === PUBLISHED_NODE_NM) return null;
  return { total: null, reason: `the published tables hold ${PUBLISHED_NODE_NM} nm only, not ${hardware.node} nm` };
}
