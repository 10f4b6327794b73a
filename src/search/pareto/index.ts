export { costsOf, metricOf, valuesOf, type Costs } from "./costs.ts";
export { crowdingDistances } from "./crowding.ts";
export { compareCosts, dominates, nonDominated } from "./dominance.ts";
export { assess, constrainedDominates, violationsOf, type Assessment } from "./feasibility.ts";
export { createFront, type Front, type FrontEntry } from "./front.ts";
export { exclusiveHypervolume, frontHypervolume, hypervolume } from "./hypervolume.ts";
export { idealOf, igdPlus, nadirOf } from "./indicators.ts";
export { nonDominatedSort } from "./sort.ts";
