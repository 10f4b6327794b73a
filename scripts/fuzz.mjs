/*
 * npm run fuzz -- NAME [--cases N] [--seed S] [--first I]: feeds a part of the program what nobody should give it, as long as wanted.
 *
 *   npm run fuzz -- core --rows 10000000 --seed 7      records that a host may write into the core
 *   npm run fuzz -- inputs --cases 10000 --seed 7      models, hardware, studies, settings, tables, other programs' files
 *   npm run fuzz -- folders --cases 500 --seed 7       damaged folders of runs, read in every way and gone on with
 *   npm run fuzz -- kills --cases 20 --seed 7          searches killed at any moment, and gone on with
 *   npm run fuzz -- onnx --cases 20000 --seed 7        damaged ONNX files
 *   npm run fuzz -- serve --cases 100000 --seed 7      damaged lines for ecotile serve
 *
 * Each NAME is a folder of test/fuzz/. Its run.mjs exports `fuzz({ cases, seed, first })`, which prints what it finds, a line for each, and
 * resolves to the number of findings. A seed gives the same cases each time; --first goes on with, or repeats, a later one. Exit 1: there
 * are findings, which become fixtures with their mend. Short runs of all are in the tests.
 */
import { existsSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";

const folder = new URL("../test/fuzz/", import.meta.url);
const names = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/run.mjs`, folder)));
const CASES = 1000;

function stop(message) {
  console.error(`${message}\nUsage: npm run fuzz -- ${names.join("|")} [--cases N] [--seed S] [--first I]`);
  process.exit(2);
}

function whole(name, text) {
  if (!/^\d{1,15}$/.test(text)) stop(`--${name} is "${text}", but must be a whole number.`);
  return Number(text);
}

function read() {
  const option = { type: "string" };
  try {
    return parseArgs({ allowPositionals: true, options: { cases: option, rows: option, seed: option, first: option } });
  } catch (error) {
    return stop(error.message);
  }
}

const { values, positionals } = read();
const [name] = positionals;
if (positionals.length !== 1 || !names.includes(name)) stop("Name what is to be fuzzed.");
const { rows, cases = rows ?? String(CASES), seed = "1", first = "0" } = values;
if (rows !== undefined && values.cases !== undefined) stop("--rows is another name of --cases; give one of them.");
const { fuzz } = await import(new URL(`${name}/run.mjs`, folder).href);
const found = await fuzz({ cases: whole("cases", cases), seed: whole("seed", seed), first: whole("first", first) });
process.exit(found > 0 ? 1 : 0);
