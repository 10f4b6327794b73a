import * as z from "zod";
import { rawHardwareSchema } from "./hardware-schema.ts";
import { rawModelSchema } from "./model-schema.ts";
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

/** JSON Schema of a model file. */
export function modelJsonSchema(): JsonSchema {
  return describe(rawModelSchema, "ecotile model");
}

/** JSON Schema of a study file; `notes` as for `listSetPaths`. */
export function studyJsonSchema(
  factors: readonly string[] = NO_FACTORS,
  notes: ReadonlyMap<string, FactorNote> = new Map(),
): JsonSchema {
  return describe(documentedStudySchema(factors, notes), "ecotile study");
}
