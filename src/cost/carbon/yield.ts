import { exp, expm1, power, square } from "../../math/index.ts";
/** 0 fixed, 1 Poisson, 2 Murphy, 3 negative binomial: the codes of the factor `yieldModel`. */
export const YIELD_MODELS = ["fixed", "poisson", "murphy", "negative-binomial"] as const;
export type YieldModel = (typeof YIELD_MODELS)[number];

/**
 * Share of dies without a killing defect, (0, 1]; falls with area.
 *
 *   Poisson e^(−AD)      Murphy ((1 − e^(−AD)) / AD)²      negative binomial (1 + AD/α)^(−α)
 *
 * @param areaCm2         die area A, cm², ≥ 0
 * @param defectDensity   D, per cm², ≥ 0
 * @param clustering      α > 0; large α tends to Poisson
 * @source Murphy, Proc. IEEE 52, 1964; Stapper, IBM J. R&D 27, 1983
 */
export function defectYield(model: YieldModel, areaCm2: number, defectDensity: number, clustering: number): number {
  const defects = areaCm2 * defectDensity;
  if (model === "fixed" || defects === 0) return 1;
  if (model === "poisson") return exp(-defects);
  if (model === "murphy") return square(-expm1(-defects) / defects);
  return power(1 + defects / clustering, -clustering);
}

/**
 * Dies that a round wafer gives, a smooth estimate (not rounded down, so that carbon rises with area without steps):
 *
 *   π d²/(4A) − π d/√(2A)
 *
 * @param areaMm2     die area A, mm²
 * @param diameterMm  wafer diameter d, mm
 * @returns dies per wafer; may be ≤ 0 for dies as large as the wafer
 * @source ECO-CHIP (HPCA 2024), 3D-Carbon (DAC 2024)
 */
export function diesPerWafer(areaMm2: number, diameterMm: number): number {
  return (Math.PI * diameterMm * diameterMm) / (4 * areaMm2) - (Math.PI * diameterMm) / Math.sqrt(2 * areaMm2);
}

/** Wafer area that one die costs, mm²: its own area, or its share of the whole wafer, edge included; Infinity where it does not fit. */
export function chargedWaferArea(areaMm2: number, chargesEdge: boolean, diameterMm: number): number {
  if (!chargesEdge || areaMm2 === 0) return areaMm2;
  const dies = diesPerWafer(areaMm2, diameterMm);
  return dies < 1 ? Infinity : (Math.PI * diameterMm * diameterMm) / 4 / dies;
}
