/*
 * Fuzzers by hand, as long as wanted:
 *
 *   npm run fuzz -- core --cases 10000000 --seed 7
 *
 * A seed and a number of cases give the same cases each time. Exit 1: something was found; what it was is printed, and goes into
 * test/fixtures/fuzz/ with its mend. Short runs of each are in the tests. Build first (`npm run setup`).
 */
import { parseArgs } from "node:util";
import { fuzzCore } from "./core/run.mjs";

/** Each takes { cases, seed }, and resolves to what is printed: { text, isGood }. */
const FUZZERS = { core: fuzzCore };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cases: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const fuzz = FUZZERS[positionals[0]];
const [cases, seed] = [Number(values.cases), Number(values.seed)];
if (fuzz === undefined || positionals.length !== 1 || !Number.isSafeInteger(cases) || !Number.isSafeInteger(seed)) {
  console.error(`usage: npm run fuzz -- ${Object.keys(FUZZERS).join("|")} [--cases N] [--seed S]`);
  process.exit(2);
}
const { text, isGood } = await fuzz({ cases, seed });
console.log(text);
process.exitCode = isGood ? 0 : 1;
