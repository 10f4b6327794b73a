import type { Command } from "commander";
import { AccuracyRefusal, createPredictor, predictorFor, type AccuracyEstimate } from "../accuracy/index.ts";
import { loadModel, type ModelSpec } from "../spec/index.ts";
import { accuracyNumbers, modelRows } from "./accuracy-rows.ts";
import { InputError } from "./failure.ts";
import { answerRows } from "./input-rows.ts";
import { printJson, printText } from "./output.ts";

interface Options {
  readonly input?: string;
  readonly metric?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export function addAccuracyCommand(program: Command): void {
  program
    .command("accuracy")
    .description("Predicts the accuracy of a model from published results, with an interval.")
    .argument("[model]", "model preset or file")
    .option("--input <file.csv>", "many models, one a row; `ecotile schema model` describes the columns")
    .option("--metric <name>", "instead of the metric in which such models publish their results")
    .option("--output <file.csv>", "write the input with results appended (default: stdout)")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  ecotile accuracy clip-vit-b16")
    .action(runAccuracy);
}

async function runAccuracy(model: string | undefined, options: Options): Promise<void> {
  if ((model === undefined) === (options.input === undefined)) {
    throw new InputError("accuracy needs a model or --input FILE.csv, and not both.");
  }
  if (model !== undefined && options.output !== undefined) throw new InputError("--output goes with --input.");
  try {
    if (model !== undefined) runModel(loadModel(model), options);
    else await runFile(options.input!, options);
  } catch (error) {
    if (error instanceof AccuracyRefusal) throw new InputError(error.message);
    throw error;
  }
}

function predict(model: ModelSpec, metric: string | undefined) {
  const predictor = metric === undefined ? predictorFor(model) : createPredictor(metric);
  return { estimate: predictor.evaluate(model), origin: predictor.origin };
}

function runModel(model: ModelSpec, { metric, json }: Options): void {
  const { estimate, origin } = predict(model, metric);
  if (json) {
    printJson({ model: model.name, ...accuracyNumbers(estimate), extrapolation: estimate.extrapolation, origin });
    return;
  }
  printText(modelText(model, estimate, origin), false);
}

function modelText({ name }: ModelSpec, estimate: AccuracyEstimate, origin: string): string {
  const percent = (value: number): string => (value * 100).toFixed(1);
  const { accuracy, low, high, metric, extrapolation, nearest } = estimate;
  return [
    `${name}: ${percent(accuracy)} % (90 % interval ${percent(low)} to ${percent(high)} %), ${metric}`,
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
