import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { clearGemmCache, evaluate } from "../../dist/src/evaluate/index.js";
import { applySettings, defaultDeployment, loadHardware, loadModel } from "../../dist/src/spec/index.js";
import { summary } from "../statistics.mjs";

/** CLIP ViT-B/16 on the published preset, mapping included, result cache empty, one thread; the first call apart. */
export function wholeModel() {
  const specs = applySettings(
    {
      model: loadModel("clip-vit-b16"),
      hardware: loadHardware("catransformers-22nm"),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
    },
    [],
    FACTOR_NAMES,
  );
  const design = { ...specs, mapper: { objective: "carbon", effort: "fast" } };
  const milliseconds = [];
  for (let i = 0; i < 60; i++) {
    clearGemmCache();
    const start = process.hrtime.bigint();
    evaluate(design);
    milliseconds.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return [
    `CLIP ViT-B/16, first call: ${milliseconds[0].toFixed(1)} ms`,
    `CLIP ViT-B/16, warm: ${summary(milliseconds.slice(10), "ms")}`,
  ];
}
