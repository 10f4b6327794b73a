import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { SpecError } from "../../../src/errors/index.ts";
import { hardwareSchema } from "../../../src/spec/hardware-schema.ts";
import { hardwareJsonSchema, modelJsonSchema, studyJsonSchema, type JsonSchema } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { rawStudySchema } from "../../../src/spec/study-schema.ts";
import { valueAt } from "../../../src/spec/document.ts";

type Path = readonly (string | number)[];

interface Place {
  readonly path: Path;
  /** Values that choose the branch of a union in which the place lies. */
  readonly constants: readonly (readonly [Path, unknown])[];
}

/** Every place of a schema: each key of each map, the first item of each list, one key of each map of free keys. */
function placesOf(node: JsonSchema, path: Path = [], constants: Place["constants"] = []): readonly Place[] {
  const branches = ["anyOf", "oneOf", "allOf"].flatMap((key) => (node[key] ?? []) as readonly JsonSchema[]);
  const properties = Object.entries((node["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const chosen = properties.flatMap(([key, { const: value }]) =>
    value === undefined ? [] : [[[...path, key], value] as const],
  );
  const all = [...constants, ...chosen];
  const item = node["items"] ?? (node["prefixItems"] as readonly JsonSchema[] | undefined)?.[0];
  const free = node["additionalProperties"];
  const below: readonly (readonly [string | number, JsonSchema])[] = [
    ...properties,
    ...(typeof item === "object" && item !== null ? [[0, item as JsonSchema] as const] : []),
    ...(typeof free === "object" && free !== null ? [["free", free as JsonSchema] as const] : []),
  ];
  return [
    ...branches.flatMap((branch) => placesOf(branch, path, constants)),
    ...below.flatMap(([key, schema]) => [
      { path: [...path, key], constants: all },
      ...placesOf(schema, [...path, key], all),
    ]),
  ];
}

/** A document of maps and lists that holds `value` at a path; undefined: nothing is there. */
function holding(root: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = holding(valueAt(root, [first]), rest, value);
  if (typeof first === "number") return inner === undefined ? [] : [inner];
  const map = { ...(typeof root === "object" && root !== null && !Array.isArray(root) ? root : {}), [first]: inner };
  return inner === undefined ? Object.fromEntries(Object.entries(map).filter(([key]) => key !== first)) : map;
}

const VALUES: readonly unknown[] = [
  ...[undefined, null, true, -1, 0.5, 1e300, Infinity, NaN, "", "x", "x".repeat(5000), "1 XB", "-1 s"],
  ...[[], [[]], [null], ["x"], {}, { x: 1 }, Array.from({ length: 200 }, () => "x")],
];

function messagesOf(schema: z.ZodType, value: unknown): readonly string[] {
  try {
    check(schema, { file: "file", text: "", value, spans: new Map() });
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.problems.flatMap(({ message, hint }) => [message, ...(hint === null ? [] : [hint])]);
  }
}

/** What the schema library says where nobody has said it in our words, and what must stand in no message. */
const FOREIGN =
  /\b(Invalid|expected|received|Too (small|big)|Unrecognized|ZodError|undefined|NaN must|\[object|function)\b|^it |must must/;

describe.each<readonly [string, z.ZodType, JsonSchema]>([
  ["hardware", hardwareSchema, hardwareJsonSchema()],
  ["model", modelSchema, modelJsonSchema()],
  ["study", rawStudySchema(FACTOR_NAMES), studyJsonSchema(FACTOR_NAMES)],
])("every field of a %s, missing or of a wrong type, is said in our words", (name, schema, json) => {
  // What a study holds written out is that of the files, and the towers of a list are the models of one tower.
  const isElsewhere = (path: Path): boolean => {
    const [first] = path;
    // How tensors are stored is said of a model as of each of its towers.
    const stored = path.indexOf("quantisation");
    const isOfTower = stored > 0 || (stored === 0 && /^(text|vision|encoder|decoder)$/.test(String(path[1])));
    return name === "study" ? first === "model" || first === "hardware" : first === "towers" || isOfTower;
  };
  const places = placesOf(json).filter(({ path }) => path.length < 3 || !isElsewhere(path));

  it("the schema is walked", () => {
    expect(new Set(places.map(({ path }) => path.join("."))).size).toBeGreaterThan(50);
  });

  it("messages are sentences", () => {
    const foreign = new Set<string>();
    const spoken = new Set<string>();
    for (const { path, constants } of places) {
      const base = constants.reduce<unknown>((root, [at, value]) => holding(root, at, value), {});
      for (const value of VALUES) {
        const messages = messagesOf(schema, holding(base, path, value));
        for (const message of messages) {
          spoken.add(message);
          if (FOREIGN.test(message) || !/^.*[.?]$/s.test(message))
            foreign.add(`${path.join(".")}: ${message.slice(0, 200)}`);
        }
      }
    }
    expect([...foreign]).toEqual([]);
    expect(spoken.size).toBeGreaterThan(200);
  });
});
