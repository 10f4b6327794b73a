import { isPrecisionPath } from "../accuracy/index.ts";
import {
  soldGigabytes,
  TOWER_NAMES,
  type Buffer,
  type ModelSpec,
  type Quantisation,
  type SpecSet,
  type StoredFormat,
  type Study,
  type TensorClass,
  type Tower,
  type TokenMerging,
  type TokenPruning,
  type TowerName,
  type VisionTower,
} from "../spec/index.ts";
import { formatRate, formatSize } from "../units/index.ts";

/** The chip in few words: "1 × 256×8, L 64 KiB at 128 B/cycle, G 2 MiB"; with memory where dies are bought: "1 × 4 Gbit LPDDR4". */
export function hardwareLabel({ hardware }: Pick<SpecSet, "hardware">): string {
  const { cores, array, localBuffer, globalBuffer, dram, withoutDram } = hardware;
  const parts = [`${cores} × ${array.rows}×${array.cols}`];
  if (localBuffer !== null) parts.push(`L ${sizeOf(localBuffer)} at ${formatRate(localBuffer.port.read)}`);
  if (globalBuffer !== null) parts.push(`G ${sizeOf(globalBuffer)}`);
  if (dram?.dies !== undefined) {
    const gigabits = (8 * soldGigabytes(dram.capacity)) / dram.dies;
    parts.push(`${dram.dies} × ${gigabits} Gbit ${dram.type}`);
  }
  if (withoutDram) parts.push("no DRAM");
  return parts.join(", ");
}

function sizeOf({ size }: Buffer): string {
  return formatSize(typeof size === "number" ? size : size.input + size.weight + size.output);
}

/** The model in few words, layers × hidden / FFN / heads: "text 12×512/2048/8, vision 12×768/3072/12". */
export function towersLabel(model: ModelSpec): string {
  if (model.family === "towers") return model.towers.map(towersLabel).join(", ");
  if (model.family === "operators") return `${model.operators.length} operators`;
  const towers: Partial<Record<TowerName, Tower>> = model;
  return TOWER_NAMES.flatMap((name) =>
    towers[name] === undefined ? [] : [`${name} ${towerLabel(towers[name])}`],
  ).join(", ");
}

/** Number formats of a design by the paths that its study varies; nothing where it varies none. */
export function precisionOf(
  specs: Pick<SpecSet, "hardware" | "model">,
  { space }: Pick<Study, "space">,
): { readonly precision?: Readonly<Record<string, string>> } {
  const paths = space.map(({ path }) => path).filter(isPrecisionPath);
  if (paths.length === 0) return {};
  return { precision: Object.fromEntries(paths.map((path) => [path, precisionText(specs, path)])) };
}

/** A number format of a design, by the path that sets it: what the hardware computes in, or how towers are stored. */
function precisionText({ hardware, model }: Pick<SpecSet, "hardware" | "model">, path: string): string {
  const [group, ...fields] = path.split(".");
  if (group === "precision") {
    const key = fields[0] as keyof SpecSet["hardware"]["precision"];
    return String(hardware.precision[key] ?? (key === "multiplier" ? "exact" : "integer"));
  }
  const named = TOWER_NAMES.find((name) => name === fields[0]);
  if (group === "sparsity") return sparsityText(model, named, fields.at(-1) === "method" ? "method" : "weights");
  if (group === "model" && fields.at(-1) === "threshold") return thresholdText(model, named);
  if (group === "model") return reductionText(model, fields.at(-1) as keyof AnyReduction);
  const [name, layers] = (named === undefined ? fields : fields.slice(1)) as [TensorClass, string | undefined];
  const [first, last] = (layers ?? "1").split("-").map(Number);
  const texts = storagesOf(model, named).map((storage) => {
    const value = storage?.[name];
    const each = Array.isArray(value) ? value.slice(layers === undefined ? 0 : first! - 1, last ?? first) : [value];
    return [...new Set((each as readonly (StoredFormat | null | undefined)[]).map(formatText))].join("/");
  });
  return [...new Set(texts)].join(", ");
}

/** "2:4", or "oneshot", of every tower or of the one that is named; "dense" where nothing is left out. */
function sparsityText(model: ModelSpec, named: TowerName | undefined, field: "weights" | "method"): string {
  const texts = towersIn(model, named).map(({ sparsity }) =>
    sparsity === undefined ? "dense" : String(sparsity[field]),
  );
  return [...new Set(texts)].join(", ");
}

/** Thresholds under which activations are zero; "dense" where there is none. */
function thresholdText(model: ModelSpec, named: TowerName | undefined): string {
  const texts = towersIn(model, named).map(({ activationSparsity }) =>
    String(activationSparsity?.threshold ?? "dense"),
  );
  return [...new Set(texts)].join(", ");
}

type AnyReduction = Partial<TokenMerging & TokenPruning>;

/** Tokens merged in each layer, the share that pruning keeps, or whether the model was trained so; "all" where none go. */
function reductionText(model: ModelSpec, field: keyof AnyReduction): string {
  const texts = towersIn(model, "vision").map((tower) => {
    const value = ((tower as VisionTower).tokenReduction as AnyReduction | undefined)?.[field];
    return value === undefined ? "all" : typeof value === "object" ? range(value) : String(value);
  });
  return [...new Set(texts)].join(", ");
}

/** Towers of a model, or the one that is named; those of the parts of a list. */
function towersIn(model: ModelSpec, named: TowerName | undefined): readonly Tower[] {
  if (model.family === "towers") return model.towers.flatMap((part) => towersIn(part, named));
  const towers: Partial<Record<TowerName, Tower>> = model.family === "operators" ? {} : model;
  return TOWER_NAMES.flatMap((name) =>
    towers[name] === undefined || (named !== undefined && name !== named) ? [] : [towers[name]],
  );
}

/** Storage of every tower, or of the one that is named. */
function storagesOf(model: ModelSpec, named: TowerName | undefined): readonly (Quantisation | undefined)[] {
  if (model.family === "operators") return [model.quantisation];
  return towersIn(model, named).map(({ quantisation }) => quantisation);
}

/** "int4:128"; "hardware" where nothing is said. */
function formatText(format: StoredFormat | null | undefined): string {
  if (format === null || format === undefined) return "hardware";
  return `${format.format ?? ""}${format.bits}${format.group === undefined ? "" : `:${format.group}`}`;
}

function towerLabel({ layers, hidden, ffn, heads }: Tower): string {
  return `${layers}×${hidden}/${range(ffn)}/${range(heads)}`;
}

/** One number where all layers are equal, else the least and the most. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least}–${most}`;
}
