import { soldDrams, type SoldDram } from "../spec/dram-sold.ts";
import { CostError } from "./errors.ts";
import { findRow, loadTable, valueNamed } from "./table.ts";

/** What memory of one type costs, as the table has it. Powers per GB (2^30 bytes). */
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
        carbonPerGB: findRow(table, "carbonPerGB", { type: name })?.value ?? null,
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
