import { GIBIBYTE } from "./constants.ts";
import { CostError } from "./errors.ts";
import { findRow, loadTable, valueNamed } from "./table.ts";

/** One DRAM type as the table has it. Powers per GB (2^30 bytes). */
export interface DramType {
  readonly name: string;
  readonly energyPerBit: number;
  /** mW/GB: rows open, precharged, self-refresh. */
  readonly activePower: number;
  readonly standbyPower: number;
  readonly selfRefreshPower: number;
  /** kgCO2e/GB; null where no vendor has published one. */
  readonly carbonPerGB: number | null;
  /** mm2, and transistors of the controller, for one interface of `interfaceBits`. */
  readonly phyArea: number;
  readonly controllerTransistors: number;
  readonly interfaceBits: number;
  /** MT/s. */
  readonly dataRate: number;
  /** Sold: data bits of one die (HBM: stack), Gbit of one, and how many at most. */
  readonly dieWidths: readonly number[];
  readonly densities: readonly number[];
  readonly largestCount: number;
}

let cached: ReadonlyMap<string, DramType> | null = null;

export function dramTypes(): ReadonlyMap<string, DramType> {
  if (cached) return cached;
  const table = loadTable("dram");
  const sold = loadTable("dram-sold");
  const names = [...new Set(table.rows.map((row) => String(row.at["type"])))];
  cached = new Map(
    names.map((name) => {
      const of = (quantity: string): number => valueNamed(table, quantity, { type: name });
      const all = (quantity: string): readonly number[] =>
        sold.rows.filter((row) => row.name === quantity && row.at["type"] === name).map((row) => row.value ?? NaN);
      const type: DramType = {
        name,
        energyPerBit: of("energyPerBit"),
        activePower: of("activePower"),
        standbyPower: of("standbyPower"),
        selfRefreshPower: of("selfRefreshPower"),
        carbonPerGB: findRow(table, "carbonPerGB", { type: name })?.value ?? null,
        phyArea: of("phyArea"),
        controllerTransistors: of("controllerTransistors"),
        interfaceBits: valueNamed(sold, "interfaceBits", { type: name }),
        dataRate: valueNamed(sold, "dataRate", { type: name }),
        dieWidths: all("dieWidth"),
        densities: all("density"),
        largestCount: valueNamed(sold, "largestCount", { type: name }),
      };
      return [name, type];
    }),
  );
  return cached;
}

/**
 * Row of a DRAM type; null for idealised memory, which has no type.
 * @throws CostError `cost/unknown-dram-type`
 */
export function dramType(name: string | null): DramType | null {
  if (name === null) return null;
  const type = dramTypes().get(name);
  if (type) return type;
  throw new CostError("cost/unknown-dram-type", "dram.type", `"${name}" is not in the DRAM table.`, [
    ...dramTypes().keys(),
  ]);
}

const DECIMAL_MEGABYTE = 1e6;
const DECIMAL_GIGABYTE = 1e9;

/**
 * Gigabytes as memory is sold: 2^30 bytes. A capacity of whole decimal megabytes was written in decimal units ("1 GB") and is
 * read as that label, so that 1 GB and 1 GiB name the same part.
 */
export function soldGigabytes(bytes: number): number {
  return bytes % DECIMAL_MEGABYTE === 0 ? bytes / DECIMAL_GIGABYTE : bytes / GIBIBYTE;
}
