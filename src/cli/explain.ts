import { InvalidArgumentError, Option, type Command } from "commander";
import { didYouMean, InputError } from "../errors/index.ts";
import type { Trial } from "../search/index.ts";
import { compare, comparisonJson, comparisonText } from "./explain/comparison.ts";
import { explain } from "./explain/explanation.ts";
import { frontInDraws, frontJson, frontText, pricedDesign } from "./explain/front.ts";
import { explanationJson } from "./explain/json.ts";
import { BASELINE, changedSince, openRun, titleOf, trialNamed, type StoredRun } from "./explain/stored-run.ts";
import { explanationText } from "./explain/text.ts";
import { printJson, printText } from "./output.ts";

interface Options {
  readonly against?: string;
  readonly operator?: string;
  readonly draws: number;
  readonly seed: number;
  readonly json?: boolean;
}

const MOST_DRAWS = 100_000;

export function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .description(
      "Where the carbon of a design comes from: grams, joules, counters, mapping, table rows and their sources.",
    )
    .argument("<dir>", "folder of a run")
    .argument("[trial]", `number of a trial, or ${BASELINE}; left out: how the whole front holds when all factors vary`)
    .option("--against <trial>", "compare with another trial: difference, and the life at which they break even")
    .option("--operator <name>", "operator whose mapping is shown; the one that takes most energy where left out")
    .addOption(
      new Option("--draws <n>", "draws of all factors")
        .argParser((text) => wholeNumber(text, 1, MOST_DRAWS))
        .default(200),
    )
    .addOption(
      new Option("--seed <n>", "of the draws")
        .argParser((text) => wholeNumber(text, 0, Number.MAX_SAFE_INTEGER))
        .default(1),
    )
    .option("--json", "one JSON document on stdout, with every operator, factor and row")
    .addHelpText(
      "after",
      `
Examples:
  ecotile explain runs/clip-vit-b16 17
  ecotile explain runs/clip-vit-b16 17 --against ${BASELINE}
  ecotile explain runs/clip-vit-b16 --draws 1000`,
    )
    .action(runExplain);
}

function wholeNumber(text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}.`);
}

function runExplain(folder: string, name: string | undefined, options: Options): void {
  const run = openRun(folder);
  if (run.change !== null) printText(run.change, true);
  if (name === undefined) {
    if (options.against !== undefined || options.operator !== undefined) {
      throw new InputError("--against and --operator need a trial: ecotile explain DIR TRIAL.");
    }
    const front = frontInDraws(run, options.draws, options.seed);
    if (options.json) printJson(frontJson(run, front));
    else printText(frontText(run, front), false);
    return;
  }
  const trial = trialNamed(run, name, folder);
  if (options.against !== undefined) return explainPair(run, trial, trialNamed(run, options.against, folder), options);
  explainTrial(run, trial, options);
}

function explainTrial(run: StoredRun, trial: Trial, { operator, json }: Options): void {
  if (trial.outcome.kind === "infeasible") {
    const { constraint, by, unit } = trial.outcome;
    printText(`${titleOf(trial)} was ruled out: ${constraint}${by > 0 ? `, by ${by} ${unit}` : ""}.`, true);
  }
  const evaluation = run.evaluate(trial.point);
  if (evaluation.kind === "infeasible") throw new InputError(`${titleOf(trial)} cannot run: ${evaluation.detail}.`);
  const explanation = explain(trial, evaluation, run.asked);
  const names = explanation.operators.map((line) => line.operator.name);
  if (operator !== undefined && !names.includes(operator)) {
    const hint = didYouMean(operator, names);
    throw new InputError(`${titleOf(trial)} has no operator "${operator}".${hint === null ? "" : ` ${hint}`}`);
  }
  for (const change of changedSince(trial, explanation.metrics)) {
    printText(`Program, tables or core have changed since the run: ${change}.`, true);
  }
  if (json) printJson(explanationJson(explanation));
  else printText(explanationText(explanation, operator ?? null), false);
}

function explainPair(run: StoredRun, first: Trial, second: Trial, { draws, seed, json }: Options): void {
  const [a, b] = [pricedDesign(run, first), pricedDesign(run, second)];
  const comparison = compare(a, b, draws, seed);
  if (comparison === null)
    throw new InputError("The carbon of these designs is not known, so they cannot be compared.");
  if (json) printJson(comparisonJson(comparison));
  else printText(comparisonText(comparison), false);
}
