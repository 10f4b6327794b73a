export { simulate, simulatedJson, type Simulation } from "./simulate.ts";
export { infeasibleJson, simulationJson } from "./simulation-json.ts";
export { deploymentJson, runtimeJson } from "./specs-json.ts";
