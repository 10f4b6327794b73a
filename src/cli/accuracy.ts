import type { Command } from "commander";
import {
  AccuracyRefusal,
  createPredictor,
  formatsOf,
  methodText,
  predictorFor,
  type AccuracyEstimate,
} from "../accuracy/index.ts";
import { approximateMultiplier, type ModelSpec, type SpecSet } from "../spec/index.ts";
import { accuracyNumbers, modelRows } from "./accuracy-rows.ts";
import { InputError } from "../errors/index.ts";
import { answerRows } from "./input-rows.ts";
import { printJson, printText } from "./output.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly input?: string;
  readonly metric?: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly set: readonly string[];
}

export function addAccuracyCommand(program: Command): void {
  program
    .command("accuracy")
    .description("Predicts the accuracy of a model from published results, with an interval.")
    .argument("[model]", "model preset or file")
    .option("--input <file.csv>", "many models, one a row; `ecotile schema model` describes the columns")
    .option("--metric <name>", "instead of the metric in which such models publish their results")
    .option(
      "--set <path=value>",
      "one setting of model, quantisation, sparsity or precision, repeatable; narrow numbers, sparse weights and fewer tokens are priced",
      collect,
      [],
    )
    .option("--output <file.csv>", "write the input with results appended (default: stdout)")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  ecotile accuracy clip-vit-b16\n  ecotile accuracy vit-b16 --set quantisation.weights=4 --set quantisation.activations=8",
    )
    .action(runAccuracy);
}

async function runAccuracy(model: string | undefined, options: Options): Promise<void> {
  if ((model === undefined) === (options.input === undefined)) {
    throw new InputError("accuracy needs a model or --input FILE.csv, and not both.");
  }
  if (model === undefined && options.set.length > 0) throw new InputError("--set goes with a model, not with --input.");
  if (model !== undefined && options.output !== undefined) throw new InputError("--output goes with --input.");
  try {
    if (model !== undefined) runModel(loadSpecs(model, ANY_CHIP, options.set), options);
    else await runFile(options.input!, options);
  } catch (error) {
    if (error instanceof AccuracyRefusal) throw new InputError(error.message);
    throw error;
  }
}

/** A machine of the presets, of which nothing but its number formats is looked at. */
const ANY_CHIP = "catransformers-22nm";

function predict(specs: SpecSet, settings: readonly string[], metric: string | undefined) {
  const { model } = specs;
  if (approximateMultiplier(specs.hardware.precision) !== null)
    throw new InputError(
      "precision.multiplier has no price of accuracy: no published row tells what multipliers that err cost these models. Measure it with an accuracy command.",
    );
  const predictor = metric === undefined ? predictorFor(model) : createPredictor(metric);
  const isComputed = (field: string): boolean => settings.some((text) => text.startsWith(`precision.${field}`));
  const widths = { input: isComputed("input"), weight: isComputed("weight") };
  const seen = { ...widths, stored: true, sparse: true, reduced: true, zeros: ["text", "vision"] };
  const isStored = has(model, ["quantisation", "sparsity", "tokenReduction", "activationSparsity"]);
  const formats = isStored || widths.input || widths.weight ? formatsOf(seen, specs.hardware) : null;
  const method = formats === null ? null : methodText(model);
  return { estimate: predictor.evaluate(model, formats), origin: predictor.origin, method };
}

/** Whether a tower says any of this. */
const has = (model: ModelSpec, keys: readonly string[]): boolean =>
  (Object.values(model) as readonly unknown[]).some(
    (part) =>
      typeof part === "object" &&
      part !== null &&
      keys.some((key) => (part as Readonly<Record<string, unknown>>)[key] !== undefined),
  );

function runModel(specs: SpecSet, { metric, json, set }: Options): void {
  const { estimate, origin, method } = predict(specs, set, metric);
  const { model } = specs;
  if (json) {
    const { extrapolation, precisionLoss: loss, perplexityRatio: ratio } = estimate;
    const priced =
      loss === undefined
        ? {}
        : { precision_loss: loss.value, precision_loss_low: loss.low, precision_loss_high: loss.high, method };
    const perplexity =
      ratio === undefined
        ? {}
        : { perplexity_ratio: ratio.value, perplexity_ratio_low: ratio.low, perplexity_ratio_high: ratio.high };
    printJson({ model: model.name, ...accuracyNumbers(estimate), ...priced, ...perplexity, extrapolation, origin });
    return;
  }
  printText(modelText(model, estimate, origin, method), false);
}

function modelText(model: ModelSpec, estimate: AccuracyEstimate, origin: string, method: string | null): string {
  const { name } = model;
  const others = [
    ...(has(model, ["sparsity"]) ? ["sparse weights"] : []),
    ...(has(model, ["tokenReduction"]) ? ["fewer tokens"] : []),
    ...(has(model, ["activationSparsity"]) ? ["zeros of activations"] : []),
  ];
  const what = ["narrow numbers", ...others].join(" and ");
  const percent = (value: number): string => (value * 100).toFixed(1);
  const { accuracy, low, high, metric, extrapolation, nearest, precisionLoss: loss, perplexityRatio: ratio } = estimate;
  return [
    `${name}: ${percent(accuracy)} % (90 % interval ${percent(low)} to ${percent(high)} %), ${metric}`,
    ...(loss === undefined
      ? []
      : [
          `of it ${what} have cost ${percent(loss.value)} points (90 % interval ${percent(loss.low)} to ${percent(loss.high)}): ${method}`,
        ]),
    ...(ratio === undefined
      ? []
      : [
          `perplexity × ${ratio.value.toFixed(3)} (90 % interval ${ratio.low.toFixed(3)} to ${ratio.high?.toFixed(2) ?? "any"})`,
        ]),
    `nearest published model: ${nearest}`,
    ...(extrapolation.length === 0 ? [] : [`extrapolation in: ${extrapolation.join(", ")}`]),
    origin,
  ].join("\n");
}

async function runFile(input: string, { metric, output, json }: Options): Promise<void> {
  const predictor = metric === undefined ? undefined : createPredictor(metric);
  const command = modelRows((model) => (predictor ?? predictorFor(model)).evaluate(model));
  const { rows, byStatus, notes } = await answerRows(command, { input, output, json }, {});
  for (const note of notes) printText(note, true);
  if (output !== undefined) printText(`${output}: ${rows} rows, ${byStatus.get("refused") ?? 0} refused.`, true);
}
