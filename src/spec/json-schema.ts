import * as z from "zod";
import { rawHardwareSchema } from "./hardware-schema.ts";
import { packageCaseSchema } from "./package-case.ts";
import { rawModelSchema } from "./model-schema.ts";
import { UNIT_TABLES } from "../units/index.ts";
import { NAMED_METRICS } from "./metrics.ts";
import { NO_FACTORS, type FactorNote } from "./set-paths.ts";
import { documentedStudySchema } from "./study-schema.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

function describe(schema: z.ZodType, title: string): JsonSchema {
  return { title, ...z.toJSONSchema(schema, { io: "input", reused: "inline" }) };
}

/** JSON Schema (draft 2020-12) of a hardware file. */
export function hardwareJsonSchema(): JsonSchema {
  return describe(rawHardwareSchema, "ecotile hardware");
}

/** JSON Schema of a package file. */
export function packageJsonSchema(): JsonSchema {
  return describe(packageCaseSchema, "ecotile package");
}

/** JSON Schema of a model file. */
export function modelJsonSchema(): JsonSchema {
  return describe(rawModelSchema, "ecotile model");
}

/** JSON Schema of a study file, with the metrics that objectives and constraints may name; `notes` as for `listSetPaths`. */
export function studyJsonSchema(
  factors: readonly string[] = NO_FACTORS,
  notes: ReadonlyMap<string, FactorNote> = new Map(),
): JsonSchema {
  const metrics = NAMED_METRICS.map(({ name, key, kind, direction, meaning }) => {
    const { canonical } = UNIT_TABLES[kind];
    return { name, key, unit: canonical, direction, meaning };
  });
  return { ...describe(documentedStudySchema(factors, notes), "ecotile study"), "x-metrics": metrics };
}
