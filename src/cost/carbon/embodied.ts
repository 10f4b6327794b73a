import type { Hardware } from "../../spec/hardware.ts";
import type { Technology } from "../../spec/technology.ts";
import { breakdown, known } from "../../metrics/index.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import { soldGigabytes } from "../../spec/dram-sold.ts";
import { dramType } from "../dram.ts";
import { factor, factorsOf, type FactorValues, type Profile } from "../factors.ts";
import type { Area, EmbodiedCarbon, Unknown } from "../types.ts";
import { fabProcess } from "./process.ts";
import { chargedWaferArea, defectYield, diesPerWafer, YIELD_MODELS } from "./yield.ts";

/**
 * Embodied carbon of one accelerator and its memory, kgCO2e:
 *
 *   die = charged wafer area · (CI_fab · EPA + GPA + MPA) / Y        (ACT)
 *   dram = capacity · carbon per GB / dramYield,  package = one IC
 *
 * Charged wafer area is the die's own, or its share of a wafer with edge (factor `edgeLoss`), never both.
 * @param area     mm2; Unknown passes through
 * @returns        Unknown for a die that does not fit a wafer or yields nothing, and for memory without a figure
 * @source ACT, ISCA 2022; checked: test/validation/cost/published-area.test.ts
 */
export function embodiedCarbon(
  area: Area | Unknown,
  hardware: Hardware,
  technology: Technology,
): EmbodiedCarbon | Unknown {
  if (area.total === null) return area;
  const terms = embodiedTerms(area.total, hardware, technology);
  if ("reason" in terms) return terms;
  const { chargedArea_cm2, dieYield: yielded, fabIntensity, energyPerArea, gasPerArea, materialPerArea } = terms;
  const perYield = yielded * GRAMS_PER_KILOGRAM;
  const carbon = breakdown({
    dieEnergy: (chargedArea_cm2 * fabIntensity * energyPerArea) / perYield,
    dieGas: (chargedArea_cm2 * gasPerArea) / perYield,
    dieMaterial: (chargedArea_cm2 * materialPerArea) / perYield,
    dram: (terms.dramGB * terms.dramCarbonPerGB) / terms.dramYield,
    package: terms.packageCarbon,
  });
  return known("embodied carbon", carbon);
}

/** What the equation of embodied carbon is filled with. */
export interface EmbodiedTerms {
  /** Wafer area that one die is charged. */
  readonly chargedArea_cm2: number;
  readonly dieYield: number;
  /** gCO2e/kWh; kWh/cm2; gCO2e/cm2 twice. */
  readonly fabIntensity: number;
  readonly energyPerArea: number;
  readonly gasPerArea: number;
  readonly materialPerArea: number;
  /** 0 GB without DRAM; kgCO2e/GB. */
  readonly dramGB: number;
  readonly dramCarbonPerGB: number;
  readonly dramYield: number;
  /** kgCO2e. */
  readonly packageCarbon: number;
}

/**
 * @param areaMm2 die area, mm2
 * @returns       Unknown where the die does not fit a wafer, or not one in a number's range of them is good
 */
export function embodiedTerms(areaMm2: number, hardware: Hardware, technology: Technology): EmbodiedTerms | Unknown {
  const factors = factorsOf(technology);
  const process = fabProcess(hardware.node, factors);
  if ("total" in process) return process;
  const dram = dramTerms(hardware, factors, technology.profile);
  if ("total" in dram) return dram;
  const wafer = factors.waferDiameter;
  if (wafer !== null && diesPerWafer(areaMm2, wafer) < 1)
    return { total: null, reason: `a die of ${areaMm2} mm2 does not fit a wafer of ${wafer} mm` };
  const yielded = dieYield(areaMm2, process.defectDensity, factors);
  if (yielded === 0)
    return {
      total: null,
      reason: `a die of ${areaMm2} mm2 yields nothing at ${process.defectDensity} defects per cm2`,
    };
  return {
    chargedArea_cm2: chargedWaferArea(areaMm2, factors.edgeLoss === 1, wafer ?? 0) / MM2_PER_CM2,
    dieYield: yielded,
    fabIntensity: factor(factors, "fabIntensity"),
    energyPerArea: process.energyPerArea,
    gasPerArea: process.gasPerArea,
    materialPerArea: process.materialPerArea,
    ...dram,
    dramYield: factor(factors, "dramYield"),
    packageCarbon: factor(factors, "packageCarbon"),
  };
}

/** Yield of one die, (0, 1]: fixed, or line yield times the defect model. */
export function dieYield(areaMm2: number, defectDensity: number, factors: FactorValues): number {
  const line = factor(factors, "fabYield");
  const model = YIELD_MODELS[factors.yieldModel ?? 0] ?? "fixed";
  if (model === "fixed") return line;
  return line * defectYield(model, areaMm2 / MM2_PER_CM2, defectDensity, factor(factors, "yieldClustering"));
}

/** The published estimator has no other memory, also where the hardware marks its own as idealised. */
const PUBLISHED_DRAM = "LPDDR3";

/** GB of the memory and kgCO2e per GB; 0 without one, Unknown for a type that no vendor has published. */
function dramTerms(
  { dram }: Hardware,
  factors: FactorValues,
  profile: Profile,
): { readonly dramGB: number; readonly dramCarbonPerGB: number } | Unknown {
  if (dram === null) return { dramGB: 0, dramCarbonPerGB: 0 };
  const type = dramType(dram.type ?? (profile === "published" ? PUBLISHED_DRAM : null));
  const perGigabyte = factors.dramCarbonPerGB ?? type?.carbonPerGB ?? null;
  if (perGigabyte === null) {
    const what = dram.type === null ? "idealised DRAM" : `DRAM type ${dram.type}`;
    return { total: null, reason: `${what} has no published carbon per GB; technology.dramCarbonPerGB sets one` };
  }
  const dramGB = factors.dramChargedCapacity ?? soldGigabytes(dram.capacity);
  if (dramGB === Infinity) {
    const reason =
      "DRAM of unlimited capacity has no embodied carbon; dram.capacity or technology.dramChargedCapacity sets one";
    return { total: null, reason };
  }
  return { dramGB, dramCarbonPerGB: perGigabyte };
}

/** Largest die that one exposure can print, 26 mm × 33 mm. Source: ASML exposure field, as quoted in public notes (2023). */
export const RETICLE_MM2 = 858;

/** Null where the die fits the reticle; else by how much it does not. */
export function reticleLimit(area: Area): {
  readonly kind: "infeasible";
  readonly constraint: string;
  readonly by: number;
  readonly unit: string;
  readonly detail: string;
} | null {
  if (area.total <= RETICLE_MM2) return null;
  const detail = `a die of ${area.total} mm2 is larger than the reticle of ${RETICLE_MM2} mm2`;
  return { kind: "infeasible", constraint: "area", by: area.total - RETICLE_MM2, unit: "mm2", detail };
}
