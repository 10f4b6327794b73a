// Fits the accuracy predictors to the tables in src/accuracy/tables/ and rewrites coefficients.json there. Needs `npm run build` first.
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { errorTable, familyTable } from "../dist/src/accuracy/fit/error-table.js";
import { fitAll } from "../dist/src/accuracy/fit/index.js";

const target = new URL("../src/accuracy/tables/coefficients.json", import.meta.url);
const fits = fitAll();
writeFileSync(target, await format(JSON.stringify(fits), { parser: "json", printWidth: 120 }));
console.log(errorTable(fits));
for (const fit of fits) console.log(`\n${fit.metric}\n\n${familyTable(fit)}`);
