import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { readCsvText } from "../csv/index.ts";
import { EXIT_INFEASIBLE, InputError } from "../errors/index.ts";
import {
  plan,
  planVariants,
  POLICIES,
  readPlanFile,
  type PlanFile,
  type Policy,
  type RunWorkload,
  type Variant,
  type VariantPlan,
} from "../plan/index.ts";
import { besideFile } from "../spec/load.ts";
import { evaluateAsStudies } from "../worker/index.ts";
import { dataToStdout } from "./print.ts";
import { printJson, printText } from "./output.ts";
import { planJson, variantsJson } from "./plan/json.ts";
import { planText, variantsText } from "./plan/text.ts";
import { readFrontCsv, readRecord } from "./report-record.ts";
import { RUN_FILES } from "../study/index.ts";
import { loadSpecs } from "./specs.ts";

const FORMATS = ["table", "json", "svg", "html"] as const;

interface Options {
  readonly policy?: Policy;
  readonly json?: boolean;
  readonly format: (typeof FORMATS)[number];
}

export function addPlanCommand(program: Command): void {
  program
    .command("plan")
    .description("When and where jobs run, or which variant answers in each slot, for the least carbon of use.")
    .argument("<file>", "job file (`ecotile schema plan` lists its keys)")
    .addOption(
      new Option("--policy <what>", "how jobs are placed (default: the file's, else optimal)").choices(POLICIES),
    )
    .option("--json", "one JSON document on stdout")
    .addOption(new Option("--format <what>", "how to print it").choices(FORMATS).default("table"))
    .addHelpText(
      "after",
      `
Example:
  ecotile plan examples/plan/nightly.yaml
  ecotile plan examples/plan/nightly.yaml --policy threshold --json
  ecotile plan examples/plan/nightly.yaml --format html > plan.html

Carbon counts the use of power alone. Exit 3: not all jobs fit under the power limit.`,
    )
    .action(runPlan);
}

async function runPlan(file: string, options: Options): Promise<void> {
  const read = readPlanFile(file, runWorkload, variantsOfRun);
  const policy = options.policy ?? read.policy;
  const format = options.json === true ? "json" : options.format;
  const result = read.jobs === null ? null : await plan(read.jobs, { policy, quantile: read.quantile });
  if (result?.kind === "infeasible") {
    if (format === "json")
      printJson({ feasible: false, unplaced: result.unplaced, proved: result.isProved, reason: result.reason });
    else printText(result.reason, false);
    process.exitCode = EXIT_INFEASIBLE;
    return;
  }
  const plans = await variantPlans(read);
  if (format === "svg" || format === "html") {
    const { pageOf, picturesOf } = await import("./plan/drawn.ts");
    const { jobs, variants } = picturesOf(read, result, plans);
    return void dataToStdout(format === "html" ? pageOf(read, result, plans) : (jobs ?? variants)!);
  }
  if (format === "json") {
    printJson({
      ...{ name: read.name, grid_kind: read.gridKind },
      ...(result === null ? {} : planJson(result)),
      ...(read.variants === null ? {} : variantsJson(read.variants, plans)),
    });
    return;
  }
  const texts = [
    ...(result === null ? [] : [planText(result, read)]),
    ...(read.variants === null ? [] : [variantsText(read.variants, plans, read)]),
  ];
  printText(texts.join("\n\n"), false);
}

async function variantPlans({ variants: problem }: PlanFile): Promise<readonly VariantPlan[]> {
  const plans: VariantPlan[] = [];
  for (const limit of problem?.limits ?? [])
    plans.push(await planVariants(problem!.expected, problem!.variants, limit));
  return plans;
}

/** Times are rounded up by less than a hundredth, so that jobs have units of time in common. */
const unitFor = (milliseconds: number): number =>
  milliseconds >= 100 * 60_000 ? 60_000 : milliseconds >= 100_000 ? 1_000 : 1;

/** Mean power of the chips and time of a workload that is run again and again, as `simulate` gives its energy and latency. */
const runWorkload: RunWorkload = ({ model, hardware, set, devices, inferences, tokens }, file) => {
  if ((inferences === undefined) === (tokens === undefined))
    return { reason: "it needs one of inferences and tokens." };
  // Files lie beside the job file, as all that it names.
  const place = (name: string): string => (/[/\\]|\.(ya?ml|json)$/.test(name) ? besideFile(name, file) : name);
  const specs = loadSpecs(place(model), place(hardware), set ?? []);
  const made = "generatedTokens" in specs.model ? specs.model.generatedTokens : 0;
  if (tokens !== undefined && made === 0)
    return { reason: `${specs.model.name} generates no tokens; say how many inferences.` };
  const result = evaluateAsStudies(specs);
  if (result.kind === "infeasible") return { reason: `${result.constraint}: ${result.detail}.` };
  const { latency_s, energy } = result;
  const joules = energy.total;
  if (joules === null) return { reason: `the energy of ${specs.hardware.name} is unknown: ${energy.reason}.` };
  const count = inferences ?? tokens! / (made * specs.deployment.batch);
  const time = (count * latency_s * 1000) / devices;
  const duration = Math.ceil(time / unitFor(time)) * unitFor(time);
  return { power: (count * joules * 1000) / duration, duration };
};

/** The front of a finished run as variants: a trial's accuracy and energy. */
function variantsOfRun(folder: string): readonly Variant[] | null {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return null;
  const { rows } = readCsvText(readFrontCsv(folder, readRecord(folder)), join(folder, RUN_FILES.frontCsv));
  return rows.map(({ cells }) => {
    const { trial, accuracy, energy_total_J: energy } = cells;
    if (!accuracy || !energy)
      throw new InputError(`${folder} has designs without accuracy or energy, which cannot be variants.`);
    return { name: trial!, quality: Number(accuracy), energy: Number(energy) };
  });
}
