import type { Tower } from "../../spec/model.ts";

/**
 * One object of a config.json under reading. Problems and notes are collected, so that all of them are told at once;
 * after a problem the value returned is a placeholder that nobody sees.
 */
export interface ConfigReader {
  readonly config: Readonly<Record<string, unknown>>;
  /** Where it stands in the file, for example "text_config."; empty at the top. */
  readonly path: string;
  readonly problems: string[];
  /** What was not in the file and taken from the documented defaults of its configuration class, or is left out of the model. */
  readonly notes: string[];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Value of the first of several names that is there; null counts as absent. */
export function valueOf(reader: ConfigReader, names: readonly string[]): unknown {
  return names
    .filter((name) => Object.hasOwn(reader.config, name))
    .map((name) => reader.config[name])
    .find((value) => value !== undefined && value !== null);
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}

/** Says that a value is absent: a note with the documented default, or a problem where there is none. */
function absent<T>(reader: ConfigReader, name: string, fallback: T | undefined, placeholder: T): T {
  if (fallback === undefined) {
    reader.problems.push(`${reader.path}${name} is missing.`);
    return placeholder;
  }
  reader.notes.push(`${reader.path}${name} is absent: ${String(fallback)}, the default of its configuration class.`);
  return fallback;
}

/** Whole number ≥ 1. `names`: the name and its aliases. */
export function count(reader: ConfigReader, names: readonly string[], fallback?: number): number {
  const value = valueOf(reader, names);
  const name = names.find((each) => Object.hasOwn(reader.config, each)) ?? names[0]!;
  if (value === undefined) return absent(reader, name, fallback, 1);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be a whole number ≥ 1.`);
  return 1;
}

/** As many layers as a model file may have: a list of a value per layer is made. */
const MOST_LAYERS = 1000;

export function layerCount(reader: ConfigReader, names: readonly string[], fallback?: number): number {
  const layers = count(reader, names, fallback);
  if (layers <= MOST_LAYERS) return layers;
  reader.problems.push(`${reader.path}${names[0]!} is ${layers}, but more than ${MOST_LAYERS} layers are not read.`);
  return 1;
}

export function flag(reader: ConfigReader, name: string, fallback: boolean): boolean {
  const value = valueOf(reader, [name]);
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be true or false.`);
  return fallback;
}

const ACTIVATIONS: Readonly<Record<string, Tower["activation"]>> = {
  gelu: "gelu",
  gelu_new: "gelu",
  gelu_fast: "gelu",
  gelu_python: "gelu",
  gelu_pytorch_tanh: "gelu",
  quick_gelu: "quick-gelu",
  relu: "relu",
  silu: "silu",
  swish: "silu",
};

/** Activation by its HuggingFace name; the variants of GELU differ in their rounding and not in their work. */
export function activation(reader: ConfigReader, names: readonly string[], fallback: string): Tower["activation"] {
  const value = valueOf(reader, names) ?? absent(reader, names[0]!, fallback, fallback);
  if (typeof value === "string" && Object.hasOwn(ACTIVATIONS, value)) return ACTIVATIONS[value]!;
  const known = Object.keys(ACTIVATIONS).join(", ");
  reader.problems.push(`${reader.path}${names[0]!} is ${shown(value)}, which is not modelled. Known: ${known}.`);
  return "gelu";
}

/** hidden / heads, which must be whole. */
export function headSizeOf(reader: ConfigReader, hidden: number, heads: number): number {
  if (hidden % heads === 0) return hidden / heads;
  reader.problems.push(
    `${reader.path}hidden size ${hidden} is not a multiple of ${heads} heads, and no head size is given.`,
  );
  return 1;
}

/** A refusal where `name` is there and says something other than `allowed`. */
export function onlyIf(reader: ConfigReader, name: string, allowed: readonly unknown[], what: string): void {
  const value = valueOf(reader, [name]);
  if (value !== undefined && !allowed.includes(value)) {
    reader.problems.push(`${reader.path}${name} is ${shown(value)}: ${what} is not modelled.`);
  }
}

/** Same value for every layer. */
export function perLayer(layers: number, value: number): readonly number[] {
  return Array.from({ length: layers }, () => value);
}
