// A study run through the library, with an objective of its own: node examples/own-objective.mjs [FOLDER]
// Notice: the folder is that of `ecotile search`; it can be reported, explained and compared. A strategy that knows sums only
// (exact) refuses an objective of one's own.
import { FACTOR_NAMES, loadStudy, runStudy, writeReport } from "ecotile";

const accuracy = { metric: "accuracy", direction: "max" };
const gramsPerPoint = { metric: "carbon_per_point_gCO2e", direction: "min" };
const study = loadStudy(new URL("clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);
const search = { ...study.search, trials: 96 };
const run = await runStudy(
  { ...study, search, objectives: [accuracy, gramsPerPoint] },
  {
    folder: process.argv[2] ?? "runs/own-objective",
    metrics: { carbon_per_point_gCO2e: ({ carbon_total_kgCO2e: kg, accuracy: share }) => (10 * kg) / share },
    onProgress: ({ trialCount, maxTrials, frontSize }) => console.log(trialCount, "of", maxTrials, "front", frontSize),
  },
);
console.log(`${run.front.length} designs on the front, ${writeReport(run)}`);
