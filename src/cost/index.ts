export { GRAMS_PER_KILOGRAM } from "./constants.ts";
export { dieArea, modelledArea } from "./area.ts";
export { breakEvenTime, type CarbonLine } from "./break-even.ts";
export { ACT_EDITIONS, actCarbonPerArea, imecCarbonPerArea, type ActEdition } from "./carbon/act.ts";
export { dieYield, type DieTerms } from "./carbon/die-terms.ts";
export {
  embodiedCarbon,
  embodiedTerms,
  estimatedParts,
  RETICLE_MM2,
  reticleLimit,
  type EmbodiedTerms,
} from "./carbon/embodied.ts";
export {
  gridCarbon,
  gridIntensityOf,
  deploymentAt,
  embodiedInUse,
  serverIdle,
  inferenceIntensity,
  inferencesOverLife,
  keepsUp,
  operationalCarbon,
  siteFactor,
  usageSeconds,
  type Duty,
  type Operation,
} from "./carbon/operational.ts";
export { fabProcess, gasPerArea, type FabProcess } from "./carbon/process.ts";
export { defectYield, diesPerWafer, YIELD_MODELS, type YieldModel } from "./carbon/yield.ts";
export { chargedCounters } from "./charged-counters.ts";
export { dramChoices, type DramChoice } from "./dram-choice.ts";
export { dramType, dramTypes, type DramType } from "./dram.ts";
export { energyCoefficients } from "./energy.ts";
export { CostError } from "./errors.ts";
export { factorInUse, factorsInUse, type FactorInUse } from "./factor-range.ts";
export {
  FACTOR_NAMES,
  factorCatalogue,
  factorsOf,
  type Factor,
  type FactorName,
  type FactorValues,
} from "./factors.ts";
export { gemmEnergy, levelEnergyByOperand, linkBytes } from "./gemm-energy.ts";
export {
  drawFactors,
  resultIntervals,
  technologyInDraw,
  triangular,
  type FactorDraw,
  type Interval,
  type OpenInterval,
} from "./intervals.ts";
export { chargingRuleRows, chargingRules, type ChargingRule, type ChargingRules } from "./profile.ts";
export { areasOfDies, footprintOf } from "./calibrated/dies.ts";
export { pricePackage, type PricedPackage } from "./package/price.ts";
export { rowsInUse, type RowInUse } from "./rows-in-use.ts";
export { staticPower } from "./static-power.ts";
export type { Area, Breakdown, EmbodiedCarbon, OperationalCarbon, StaticPower, Unknown } from "./types.ts";
export {
  unfusedTraffic,
  vectorCoefficients,
  vectorEnergy,
  vectorEnergyOf,
  type VectorTraffic,
} from "./vector-energy.ts";
