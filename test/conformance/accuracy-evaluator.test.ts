import { fileURLToPath } from "node:url";
import { createCommandEvaluator, createPredictor } from "../../src/accuracy/index.ts";
import { fullText, fullVision, prunedClip } from "../fixtures/accuracy/models.ts";
import { accuracyEvaluatorConformance } from "./accuracy-evaluator.ts";

const models = [6, 9, 12].map((layers) => prunedClip({ ...fullText, layers }, fullVision));
const script = fileURLToPath(new URL("../fixtures/accuracy/evaluator.mjs", import.meta.url));

for (const metric of ["clip-benchmark-mean", "openclip-mean-38", "imagenet-1k-zero-shot"]) {
  accuracyEvaluatorConformance(`predictor ${metric}`, () => createPredictor(metric), models);
}
accuracyEvaluatorConformance(
  "command",
  () => createCommandEvaluator({ argv: [process.execPath, script, "plain"], metric: "mine", processes: 2 }),
  models,
);
