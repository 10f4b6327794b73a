import { architectureOf, type Architecture, type ArchitectureTower } from "./architectures.ts";
import { accuracyColumns, type AccuracyColumn } from "./columns.ts";

/** What is wrong with one row; the caller adds the line number. */
export interface RowProblem {
  readonly code: "accuracy/unsupported-family" | "accuracy/missing-column" | "accuracy/bad-value";
  readonly column: string;
  readonly message: string;
}

/** The cells of one row under their canonical names; absent: empty or no such column. */
export interface RowValues {
  readonly family: string;
  readonly pretrained: string;
  readonly numbers: ReadonlyMap<string, number>;
  readonly problems: readonly RowProblem[];
}

/** Image towers that are not plain vision transformers, and text towers that are not CLIP's, by how their names start. */
const UNSUPPORTED =
  /^(rn\d|resnet|modified_resnet|convnext|vitamin|swin|mobileclip2?-s\d|fastvit|coca|nllb|xlm|roberta|mt5|clap|tinyclip.*resnet)/i;

export function readRow(row: Readonly<Record<string, string>>): RowValues {
  const problems: RowProblem[] = [];
  const family = cell(row, accuracyColumns[0]!) ?? "";
  const pretrained = cell(row, accuracyColumns[1]!) ?? "";
  if (UNSUPPORTED.test(family)) {
    const message = `family "${family}" is not a pair of plain transformers; the predictor was not fitted on such models`;
    problems.push({ code: "accuracy/unsupported-family", column: "family", message });
  }
  const numbers = new Map<string, number>();
  for (const column of accuracyColumns) {
    const written = column.range ? cell(row, column) : undefined;
    if (written === undefined) continue;
    const problem = numberProblem(column, written);
    if (problem) problems.push(problem);
    else numbers.set(column.name, Number(written));
  }
  addRatios(row, numbers);
  return { family, pretrained, numbers, problems };
}

function cell(row: Readonly<Record<string, string>>, column: AccuracyColumn): string | undefined {
  for (const name of [column.name, ...column.aliases]) {
    const value = Object.hasOwn(row, name) ? row[name]?.trim() : undefined;
    if (value) return value;
  }
  return undefined;
}

function numberProblem(column: AccuracyColumn, written: string): RowProblem | undefined {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written) ? Number(written) : Number.NaN;
  const { low, high } = column.range!;
  if (Number.isInteger(value) && value >= low && value <= high) return undefined;
  const message = `${column.name} is "${written}", but must be a whole number from ${low} to ${high}`;
  return { code: "accuracy/bad-value", column: column.name, message };
}

/** timm and OpenCLIP give the FFN size as a ratio, and timm's `embed_dim` is the hidden size where there is no text tower. */
function addRatios(row: Readonly<Record<string, string>>, numbers: Map<string, number>): void {
  const read = (name: string): number =>
    Number(Object.hasOwn(row, name) ? row[name]?.trim() || Number.NaN : Number.NaN);
  const embed = read("embed_dim");
  const hasText = numbers.has("text_layers");
  if (embed > 0 && !hasText && !numbers.has("vision_hidden")) numbers.set("vision_hidden", embed);
  if (embed > 0 && hasText && !numbers.has("embedding")) numbers.set("embedding", embed);
  for (const tower of ["text", "vision"]) {
    const hidden = numbers.get(`${tower}_hidden`);
    const given = read(`${tower}_mlp_ratio`);
    const ratio = tower === "vision" && !(given > 0) ? read("mlp_ratio") : given;
    if (hidden && ratio > 0 && !numbers.has(`${tower}_ffn`)) numbers.set(`${tower}_ffn`, Math.round(hidden * ratio));
  }
}

/** Sizes of a named architecture, used where a row names it and gives none. */
export function architectureNumbers(
  architecture: Architecture,
  numbers: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if ([...numbers.keys()].some((name) => /^(text|vision)_(layers|hidden)$/.test(name))) return numbers;
  const filled = new Map<string, number>([
    ...towerNumbers("text", architecture.text),
    ...towerNumbers("vision", architecture.vision),
    ["vision_patch", architecture.vision.patch],
    ["image_size", architecture.vision.imageSize],
    ["embedding", architecture.embedding],
  ]);
  for (const [name, value] of numbers) filled.set(name, value);
  return filled;
}

function towerNumbers(name: string, tower: ArchitectureTower): readonly (readonly [string, number])[] {
  return [
    [`${name}_layers`, tower.layers],
    [`${name}_hidden`, tower.hidden],
    [`${name}_ffn`, tower.ffn],
    [`${name}_heads`, tower.heads],
  ];
}

export { architectureOf };
