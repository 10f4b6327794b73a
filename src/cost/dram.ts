import { soldDrams, type SoldDram } from "../spec/dram-sold.ts";
import { CostError } from "./errors.ts";
import { loadTable, rowNamed, valueNamed, type Table, type TableRow } from "./table.ts";

/** Carbon of memory, kgCO2e/GB, with its range and past. */
export type MemoryCarbon = TableRow & {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Whether nobody has published one, and it comes of the area of the dies. */
  readonly isEstimate: boolean;
};

/** Name of the rule by which memory without a published figure is estimated. */
export const DIE_AREA_RULE = "estimate by die area";

/**
 * Carbon of one gigabyte: the row of the type; where nobody has published one, by the area of its dies:
 *
 *   carbon per GB = carbon of processed wafer / (GB per area of die) · finished over wafer figure (of stacks, or of one die)
 *
 * Its range multiplies the ends that all three have.
 */
function memoryCarbon(table: Table, type: string): MemoryCarbon {
  const row = rowNamed(table, "carbonPerGB", { type });
  if (row.value !== null) return { ...row, isEstimate: false } as MemoryCarbon;
  const part = type.startsWith("HBM") ? "stack" : "die";
  const [wafer, density, finished] = [
    rowNamed(table, "waferCarbon"),
    rowNamed(table, "bitDensity", { type }),
    rowNamed(table, "finishedOverWafer", { part }),
  ];
  const of = (w: keyof Ends, d: keyof Ends): number => (wafer[w]! / density[d]!) * finished[w]!;
  return {
    ...row,
    ...{ value: of("value", "value"), low: of("low", "high"), high: of("high", "low"), isEstimate: true },
    source: `${DIE_AREA_RULE}: carbon of wafer over GB per area, times ${finished.value} (${part})`,
    note: `${density.note}; ${wafer.source}`,
  };
}
type Ends = Pick<TableRow, "value" | "low" | "high">;

/** What memory of one type costs, as the table has it. Powers per GB (2^30 bytes). */
export interface DramType {
  readonly name: string;
  readonly energyPerBit: number;
  /** mW/GB: rows open, precharged, self-refresh. */
  readonly activePower: number;
  readonly standbyPower: number;
  readonly selfRefreshPower: number;
  readonly carbonPerGB: MemoryCarbon;
  /** mm2, and transistors of the controller, for one interface of `interfaceBits`. */
  readonly phyArea: number;
  readonly controllerTransistors: number;
  /** What is sold of it. */
  readonly sold: SoldDram;
}

let cached: ReadonlyMap<string, DramType> | null = null;

export function dramTypes(): ReadonlyMap<string, DramType> {
  if (cached) return cached;
  const table = loadTable("dram");
  cached = new Map(
    [...soldDrams()].map(([name, sold]) => {
      const of = (quantity: string): number => valueNamed(table, quantity, { type: name });
      const type: DramType = {
        name,
        energyPerBit: of("energyPerBit"),
        activePower: of("activePower"),
        standbyPower: of("standbyPower"),
        selfRefreshPower: of("selfRefreshPower"),
        carbonPerGB: memoryCarbon(table, name),
        phyArea: of("phyArea"),
        controllerTransistors: of("controllerTransistors"),
        sold,
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
