import type { Hardware, ModelSpec } from "../../spec/index.ts";
import { formatQuantity, formatRate, formatSize, type Rate } from "../../units/index.ts";

/** A field and its value in each of several specs. */
export type FieldRow = readonly [string, ...string[]];

/** Fields in which specs of one kind differ, by the names of their files; names and descriptions are no difference. */
export function differingFields(specs: readonly (Hardware | ModelSpec)[]): readonly FieldRow[] {
  const all = specs.map(leavesOf);
  return [...new Set(all.flatMap((leaves) => [...leaves.keys()]))].flatMap((path): readonly FieldRow[] => {
    const values = all.map((leaves) => leaves.get(path) ?? "-");
    return values.every((value) => value === values[0]) ? [] : [[path, ...values]];
  });
}

const WORDS = new Set(["name", "description"]);

function leavesOf(spec: Hardware | ModelSpec): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: readonly string[]): void => {
    const name = path.filter((key) => key !== "port").join(".");
    if (value === null || value === undefined) leaves.set(name, "none");
    else if (Array.isArray(value) && value.every((each) => typeof each !== "object")) leaves.set(name, listText(value));
    else if (isRate(value)) leaves.set(name, formatRate(value));
    else if (typeof value === "object") {
      const entries = Object.entries(value).filter(([key]) => path.length > 0 || !WORDS.has(key));
      for (const [key, inner] of entries) walk(inner, [...path, key]);
    } else leaves.set(name, leafText(path, value));
  };
  walk(spec, []);
  return leaves;
}

/** One word where all items are equal, as of the layers of a tower. */
function listText(items: readonly unknown[]): string {
  const words = items.map(String);
  const isUniform = words.length > 1 && words.every((word) => word === words[0]);
  return isUniform ? `${words[0]} × ${words.length}` : words.join(" ");
}

const isRate = (value: unknown): value is Rate =>
  typeof value === "object" && value !== null && "bytes" in value && "cycles" in value;

function leafText(path: readonly string[], value: unknown): string {
  if (typeof value !== "number") return String(value);
  const key = path.at(-1)!;
  if (value === Infinity) return "unlimited";
  if (key === "clock") return formatQuantity(value, "frequency");
  if (key === "node") return `${value} nm`;
  if (key === "capacity" || path.at(-1) === "size" || path.at(-2) === "size") return formatSize(value);
  if (path[0] === "runtime" && !key.endsWith("PerSecond")) return formatQuantity(value, "time");
  return String(value);
}
