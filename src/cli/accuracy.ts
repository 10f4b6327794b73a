import type { Command } from "commander";
import { AccuracyRefusal, createPredictor, predictorFor, type AccuracyEstimate } from "../accuracy/index.ts";
import { loadModel, type ModelSpec } from "../spec/index.ts";
import { accuracyNumbers, readModelRows, writeModelRows } from "./accuracy-rows.ts";
import { InputError } from "./failure.ts";
import { printJson, printText } from "./output.ts";
import { writeFileWhole } from "./output-file.ts";
import { dataToStdout } from "./print.ts";

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

function runAccuracy(model: string | undefined, options: Options): void {
  if ((model === undefined) === (options.input === undefined)) {
    throw new InputError("accuracy needs a model or --input FILE.csv, and not both.");
  }
  if (model !== undefined && options.output !== undefined) throw new InputError("--output goes with --input.");
  try {
    if (model !== undefined) runModel(loadModel(model), options);
    else runFile(options.input!, options);
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

function runFile(input: string, { metric, output, json }: Options): void {
  const rows = readModelRows(input);
  const estimates = rows.models.map((model) => predict(model, metric).estimate);
  if (json) {
    printJson({
      rows: estimates.map((estimate, i) => ({ ...rows.table.rows[i]!.cells, ...accuracyNumbers(estimate) })),
    });
  }
  const text = writeModelRows(rows, estimates);
  if (output !== undefined) {
    writeFileWhole(output, text);
    printText(`${output}: ${estimates.length} rows.`, true);
  } else if (!json) dataToStdout(text);
}
