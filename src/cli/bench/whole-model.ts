import { FACTOR_NAMES } from "../../cost/index.ts";
import { clearGemmCache, evaluate } from "../../evaluate/index.ts";
import { applySettings, loadHardware, loadModel } from "../../spec/index.ts";
import { summary } from "./statistics.ts";

/** CLIP ViT-B/16 on the published preset, mapping included, result cache empty, one thread; the first call apart. */
export function wholeModel(): readonly string[] {
  const specs = applySettings(
    { model: loadModel("clip-vit-b16"), hardware: loadHardware("catransformers-22nm") },
    [],
    FACTOR_NAMES,
  );
  const milliseconds = Array.from({ length: 60 }, () => {
    clearGemmCache();
    const start = process.hrtime.bigint();
    evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return [
    `CLIP ViT-B/16, first call: ${milliseconds[0]!.toFixed(1)} ms`,
    `CLIP ViT-B/16, warm: ${summary(milliseconds.slice(10), "ms")}`,
  ];
}
