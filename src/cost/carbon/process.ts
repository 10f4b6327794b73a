import { factor, type FactorValues } from "../factors.ts";
import { findRow, loadTable } from "../table.ts";
import type { Unknown } from "../types.ts";

/** Fab footprint of one node: EPA kWh/cm², GPA and MPA gCO2e/cm², defects per cm². */
export interface FabProcess {
  readonly energyPerArea: number;
  readonly gasPerArea: number;
  readonly materialPerArea: number;
  readonly defectDensity: number;
}

const COLUMNS = ["EPA", "GPA95", "GPA99", "MPA", "defectDensity"] as const;
type Column = (typeof COLUMNS)[number];
type ProcessRow = Readonly<Record<Column, number>>;

let cached: ReadonlyMap<number, ProcessRow> | null = null;

/** Rows of table `process` by node, nm. */
export function processRows(): ReadonlyMap<number, ProcessRow> {
  if (cached) return cached;
  const table = loadTable("process");
  const nodes = [...new Set(table.rows.map((row) => Number(row.at["node"])))];
  cached = new Map(
    nodes.map((node) => {
      const columns = COLUMNS.map((column) => [column, findRow(table, column, { node })?.value ?? NaN]);
      return [node, Object.fromEntries(columns) as ProcessRow];
    }),
  );
  return cached;
}

/** GPA at an abatement of 95 to 99 %: the straight line between ACT's two columns (its 97 % is their mean). */
export function gasPerArea(at95: number, at99: number, abatement: number): number {
  return at95 + ((at99 - at95) * (abatement - 95)) / 4;
}

/** Fab process of a node with the factors of the technology laid over it; Unknown where no source covers the node. */
export function fabProcess(node: number, factors: FactorValues): FabProcess | Unknown {
  const row = processRows().get(node);
  if (!row) {
    const nodes = [...processRows().keys()].join(", ");
    return {
      total: null,
      reason: `no source gives the carbon of a ${node} nm fab process; the table holds ${nodes} nm`,
    };
  }
  return {
    energyPerArea: factors.fabEnergyPerArea ?? row.EPA,
    gasPerArea: gasPerArea(row.GPA95, row.GPA99, factor(factors, "gasAbatement")),
    materialPerArea: factors.materialPerArea ?? row.MPA,
    defectDensity: factors.defectDensity ?? row.defectDensity,
  };
}
