import { MM2_PER_CM2 } from "../constants.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { harvestOf } from "../silicon.ts";
import type { Unknown } from "../types.ts";
import { harvestedYield } from "./harvest.ts";
import { fabProcess } from "./process.ts";
import { chargedWaferArea, defectYield, diesPerWafer, YIELD_MODELS } from "./yield.ts";

/** Equal dies of one package. */
export interface DieTerms {
  readonly dies: number;
  /** Wafer area that one of them is charged. */
  readonly chargedArea_cm2: number;
  readonly dieYield: number;
  /** kWh/cm2; gCO2e/cm2 twice. */
  readonly energyPerArea: number;
  readonly gasPerArea: number;
  readonly materialPerArea: number;
}

/**
 * Terms of equal dies of a node.
 *
 * @param areaMm2 of one
 * @param harvest cores on the die and those that must work; null: the whole die must
 * @returns       Unknown for a node without a fab process, a die that does not fit a wafer or one that yields nothing
 */
export function dieTerms(
  areaMm2: number,
  node: number,
  dies: number,
  factors: FactorValues,
  harvest: ReturnType<typeof harvestOf>,
): DieTerms | Unknown {
  const process = fabProcess(node, factors);
  if ("total" in process) return process;
  const wafer = factors.waferDiameter;
  if (wafer !== null && diesPerWafer(areaMm2, wafer) < 1)
    return { total: null, reason: `a die of ${areaMm2} mm2 does not fit a wafer of ${wafer} mm` };
  const yielded = dieYield(areaMm2, process.defectDensity, factors, harvest);
  if (yielded === 0)
    return {
      total: null,
      reason: `a die of ${areaMm2} mm2 yields nothing at ${process.defectDensity} defects per cm2`,
    };
  const { energyPerArea, gasPerArea, materialPerArea } = process;
  const chargedArea_cm2 = chargedWaferArea(areaMm2, factors.edgeLoss === 1, wafer ?? 0) / MM2_PER_CM2;
  return { dies, chargedArea_cm2, dieYield: yielded, energyPerArea, gasPerArea, materialPerArea };
}

/**
 * Yield of one die, (0, 1]: fixed, or line yield times the defect model.
 * @param harvest  cores on the die and those that must work; null: the whole die must
 */
export function dieYield(
  areaMm2: number,
  defectDensity: number,
  factors: FactorValues,
  harvest: ReturnType<typeof harvestOf> = null,
): number {
  const line = factor(factors, "fabYield");
  const model = YIELD_MODELS[factors.yieldModel ?? 0] ?? "fixed";
  if (model === "fixed") return line;
  const [areaCm2, clustering] = [areaMm2 / MM2_PER_CM2, factor(factors, "yieldClustering")];
  if (harvest === null) return line * defectYield(model, areaCm2, defectDensity, clustering);
  const shares = { coreShare: factor(factors, "coreShare"), wholeShare: factor(factors, "wholeShare") };
  return line * harvestedYield(model, areaCm2, defectDensity, clustering, { ...harvest, ...shares });
}
