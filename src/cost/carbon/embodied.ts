import type { Hardware } from "../../spec/hardware.ts";
import type { Technology } from "../../spec/technology.ts";
import { breakdown } from "../breakdown.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import { soldGigabytes } from "../../spec/dram-sold.ts";
import { dramType } from "../dram.ts";
import { factor, factorsOf, type FactorValues, type Profile } from "../factors.ts";
import type { Area, EmbodiedCarbon, Unknown } from "../types.ts";
import { fabProcess, type FabProcess } from "./process.ts";
import { chargedWaferArea, defectYield, YIELD_MODELS } from "./yield.ts";

/**
 * Embodied carbon of one accelerator and its memory, kgCO2e:
 *
 *   die = charged wafer area · (CI_fab · EPA + GPA + MPA) / Y        (ACT)
 *   dram = capacity · carbon per GB / dramYield,  package = one IC
 *
 * Charged wafer area is the die's own, or its share of a wafer with edge (factor `edgeLoss`), never both.
 * @param area  mm2; Unknown passes through
 * @source ACT, ISCA 2022; checked: test/validation/cost/published-area.test.ts
 */
export function embodiedCarbon(
  area: Area | Unknown,
  hardware: Hardware,
  technology: Technology,
): EmbodiedCarbon | Unknown {
  if (area.total === null) return area;
  const factors = factorsOf(technology);
  const process = fabProcess(hardware.node, factors);
  if ("total" in process) return process;
  const dram = dramCarbon(hardware, factors, technology.profile);
  if (typeof dram !== "number") return dram;
  const die = dieCarbon(area.total, process, factors);
  return breakdown({ ...die, dram, package: factor(factors, "packageCarbon") });
}

/** Yield of one die, (0, 1]: fixed, or line yield times the defect model. */
export function dieYield(areaMm2: number, defectDensity: number, factors: FactorValues): number {
  const line = factor(factors, "fabYield");
  const model = YIELD_MODELS[factors.yieldModel ?? 0] ?? "fixed";
  if (model === "fixed") return line;
  return line * defectYield(model, areaMm2 / MM2_PER_CM2, defectDensity, factor(factors, "yieldClustering"));
}

function dieCarbon(areaMm2: number, process: FabProcess, factors: FactorValues): Record<string, number> {
  const charged = factors.edgeLoss === 1 ? chargedWaferArea(areaMm2, true, factor(factors, "waferDiameter")) : areaMm2;
  const areaCm2 = charged / MM2_PER_CM2;
  const yielded = dieYield(areaMm2, process.defectDensity, factors) * GRAMS_PER_KILOGRAM;
  return {
    dieEnergy: (areaCm2 * factor(factors, "fabIntensity") * process.energyPerArea) / yielded,
    dieGas: (areaCm2 * process.gasPerArea) / yielded,
    dieMaterial: (areaCm2 * process.materialPerArea) / yielded,
  };
}

/** The published estimator has no other memory, also where the hardware marks its own as idealised. */
const PUBLISHED_DRAM = "LPDDR3";

/** kgCO2e of the memory; 0 without one, Unknown for a type that no vendor has published. */
function dramCarbon(hardware: Hardware, factors: FactorValues, profile: Profile): number | Unknown {
  if (hardware.dram === null) return 0;
  const type = dramType(hardware.dram.type ?? (profile === "published" ? PUBLISHED_DRAM : null));
  const perGigabyte = factors.dramCarbonPerGB ?? type?.carbonPerGB ?? null;
  if (perGigabyte === null) {
    const what = hardware.dram.type === null ? "idealised DRAM" : `DRAM type ${hardware.dram.type}`;
    return { total: null, reason: `${what} has no published carbon per GB; technology.dramCarbonPerGB sets one` };
  }
  const gigabytes = factors.dramChargedCapacity ?? soldGigabytes(hardware.dram.capacity);
  return (gigabytes * perGigabyte) / factor(factors, "dramYield");
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
