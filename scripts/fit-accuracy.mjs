// Fits the accuracy predictors to the tables in src/accuracy/tables/ and rewrites coefficients.json there. Needs `npm run build` first.
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { fitAll } from "../dist/src/accuracy/fit/index.js";

const target = new URL("../src/accuracy/tables/coefficients.json", import.meta.url);
const fits = fitAll();
writeFileSync(target, await format(JSON.stringify(fits), { parser: "json", printWidth: 120 }));
for (const { metric, crossValidation: cv } of fits) {
  const within = cv.spearmanWithinFamily?.toFixed(3) ?? "-";
  const error = `${cv.models} models, MAE ${cv.maePoints.toFixed(2)} points`;
  console.log(`${metric}: ${error}, Spearman within family ${within}, coverage ${cv.coverage.toFixed(3)}`);
}
