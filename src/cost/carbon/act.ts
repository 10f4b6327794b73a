import { findRow, loadTable } from "../table.ts";
import type { Unknown } from "../types.ts";

/**
 * Carbon per area of ACT, gCO2e/cm²:  CPA = (CI_fab · EPA + GPA + MPA) / Y
 *
 * @param fabIntensity  CI_fab, gCO2e/kWh
 * @param process       EPA kWh/cm², GPA and MPA gCO2e/cm²
 * @param fabYield      Y in (0, 1]
 * @source ACT, ISCA 2022, edition "isca-2022"; its 22 nm row: tool branch "22nmScaling"
 */
export function actCarbonPerArea(
  fabIntensity: number,
  process: { readonly energyPerArea: number; readonly gasPerArea: number; readonly materialPerArea: number },
  fabYield: number,
): number {
  return (fabIntensity * process.energyPerArea + process.gasPerArea + process.materialPerArea) / fabYield;
}

/** Editions of the tables that `act*` functions stand on. */
export const ACT_EDITIONS = {
  "isca-2022": "ACT, ISCA 2022 paper: fab intensity of 2022 (Taiwan 583), no 22 nm row",
  "22nm-scaling": "ACT tool, branch 22nmScaling (2025-02): 22 nm row, fab intensity of 2023 (Taiwan 642)",
  "imec-netzero-4.0": "imec.netzero public version 4.0, scope 1 and 2: materials are to be added",
} as const;
export type ActEdition = keyof typeof ACT_EDITIONS;

/**
 * Carbon per processed wafer area of imec.netzero 4.0, with materials added, gCO2e/cm²: a cross-check of ACT at yield 1.
 * @param materialPerArea  MPA, gCO2e/cm²; the public figures hold scope 1 and 2 only
 */
export function imecCarbonPerArea(node: number, materialPerArea: number): number | Unknown {
  const value = findRow(loadTable("process"), "imecCPA", { node })?.value ?? null;
  if (value === null) return { total: null, reason: `imec.netzero 4.0 has no public figure for ${node} nm` };
  return value + materialPerArea;
}
