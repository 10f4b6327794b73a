// Fits the accuracy predictors to the tables in src/accuracy/tables/ and rewrites coefficients.json there. Needs `npm run build` first.
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { errorTable, familyTable } from "../dist/src/accuracy/fit/error-table.js";
import { fitAll } from "../dist/src/accuracy/fit/index.js";
import { fitDifferences, modelPairs } from "../dist/src/accuracy/fit/differences.js";
import { pairTable } from "../dist/src/accuracy/fit/pair-table.js";
import { metricDefinitions } from "../dist/src/accuracy/metrics.js";
import { fitPrecision, precisionRows } from "../dist/src/accuracy/fit/precision/index.js";
import { bySource } from "../dist/src/accuracy/fit/precision/validate.js";
import { fitSparsity, sparseRows, sparsityTable } from "../dist/src/accuracy/fit/sparsity.js";
import { fitReduction, reductionRows, reductionTable } from "../dist/src/accuracy/fit/token-reduction.js";
import { precisionTable } from "../dist/src/accuracy/fit/precision/tables.js";

const write = async (name, value) =>
  writeFileSync(
    new URL(`../src/accuracy/tables/${name}`, import.meta.url),
    await format(JSON.stringify(value), { parser: "json", printWidth: 120 }),
  );
const fits = fitAll();
await write("coefficients.json", fits);
const pairs = new Map(metricDefinitions.map((definition) => [definition.metric, modelPairs(definition)]));
await write(
  "differences.json",
  fitDifferences(metricDefinitions, ({ metric }) => pairs.get(metric)),
);
await write("precision.json", fitPrecision());
await write("sparsity.json", fitSparsity());
await write("token-reduction.json", fitReduction());
console.log(errorTable(fits));
for (const fit of fits) console.log(`\n${fit.metric}\n\n${familyTable(fit)}`);
console.log(`\n${precisionTable(bySource(precisionRows()))}`);
console.log(`\n${sparsityTable(sparseRows())}`);
console.log(`\n${reductionTable(reductionRows())}`);
console.log(`\n${pairTable(pairs)}`);
