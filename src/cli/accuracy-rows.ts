import { accuracyColumns, AccuracyRefusal, modelFromRow, type AccuracyEstimate } from "../accuracy/index.ts";
import type { CsvHeader, CsvRow, ProblemSink } from "../csv/index.ts";
import type { ModelSpec } from "../spec/index.ts";
import type { Names, RowCommand } from "./input-rows.ts";

/** What `ecotile accuracy` appends to each row. */
export const ACCURACY_RESULTS = [
  "status",
  "reason",
  "accuracy",
  "accuracy_low",
  "accuracy_high",
  "metric",
  "extrapolation",
  "nearest",
] as const;

type Answer = Readonly<Record<(typeof ACCURACY_RESULTS)[number], string | number | null>>;

/** Columns of ratios, from which sizes follow where they are not given. */
const RATIOS = ["mlp_ratio", "text_mlp_ratio", "vision_mlp_ratio", "embed_dim"];
const KNOWN = [...accuracyColumns.flatMap(({ name, aliases }) => [name, ...aliases]), ...RATIOS];
const SEVERAL_NAMES = new Map(accuracyColumns.map(({ name, aliases }) => [name, [name, ...aliases]]));

/** What names or describes a model: any one of these sets of columns will do. */
const ENOUGH: readonly (readonly string[])[] = [
  ["family"],
  ["text_layers", "text_hidden"],
  ["vision_layers", "vision_hidden", "vision_patch"],
  ["vision_layers", "embed_dim", "vision_patch"],
];

/** `accuracy --input`: a model a row, by the columns that `schema model` lists. A row that is no such model is refused by itself. */
export function modelRows(predict: (model: ModelSpec) => AccuracyEstimate): RowCommand<ModelSpec | string> {
  return {
    known: KNOWN,
    results: ACCURACY_RESULTS,
    checkHeader,
    read: readRow,
    answer: (models) => models.map((model) => (typeof model === "string" ? refused(model) : estimated(model, predict))),
  };
}

function checkHeader({ columns, line }: CsvHeader, names: Names, sink: ProblemSink): void {
  const has = (name: string): boolean => (SEVERAL_NAMES.get(name) ?? [name]).some((each) => names.has(each));
  if (ENOUGH.some((set) => set.every(has))) return;
  const message =
    "The header names no model: it needs family, or text_layers and text_hidden, or vision_layers, vision_hidden and vision_patch; " +
    `it has ${columns.join(", ")}.`;
  sink.add(line, "csv/missing-column", message);
}

/** The model, or why there is none. */
function readRow({ cells }: CsvRow, names: Names): ModelSpec | string {
  const known = [...names].map(([name, column]) => [name, cells[column] ?? ""] as const);
  const read = modelFromRow(Object.fromEntries(known));
  return read.kind === "model" ? read.model : read.problems.map(({ message }) => message).join("; ");
}

function refused(reason: string): Answer {
  const empty = Object.fromEntries(ACCURACY_RESULTS.map((name) => [name, null])) as Answer;
  return { ...empty, status: "refused", reason };
}

function estimated(model: ModelSpec, predict: (model: ModelSpec) => AccuracyEstimate): Answer {
  try {
    return { status: "ok", reason: null, ...accuracyNumbers(predict(model)) };
  } catch (error) {
    if (!(error instanceof AccuracyRefusal)) throw error;
    return refused(error.message);
  }
}

/** An estimate by the names of the columns; lists of names are joined by spaces. */
export function accuracyNumbers(estimate: AccuracyEstimate): Omit<Answer, "status" | "reason"> {
  const { accuracy, low, high, metric, extrapolation, nearest } = estimate;
  return { accuracy, accuracy_low: low, accuracy_high: high, metric, extrapolation: extrapolation.join(" "), nearest };
}
