import type * as z from "zod";
import { didYouMean, problemOf, SpecError } from "../errors/index.ts";
import { checkText } from "./callers.ts";
import { deploymentSchema } from "./deployment-schema.ts";
import type { Deployment } from "./deployment.ts";
import type { SourceDocument } from "./document.ts";
import type { Hardware } from "./hardware.ts";
import { hardwareSchema } from "./hardware-schema.ts";
import { check } from "./issues.ts";
import type { ModelSpec } from "./model.ts";
import { modelSchema } from "./model-schema.ts";
import { documentOf } from "./parse.ts";
import { presetDocument, presetNames, type PresetKind } from "./preset-files.ts";
import { readYaml } from "./read-yaml.ts";

/** The name of a preset, the text of a file (YAML, so also JSON), or an object with a file's keys. */
export type Written = string | Readonly<Record<string, unknown>>;

/** A text of one line without a colon says nothing as a file, so it can only mean a name. */
const isName = (text: string): boolean => /^[^\n:]{1,200}$/.test(text.trim());

function documentOfWritten(written: Written, name: string): SourceDocument {
  if (typeof written === "object") return documentOf(written, name);
  checkText(written, `The ${name}`);
  return readYaml(written, name);
}

function read<T extends z.ZodType>(kind: PresetKind, schema: T, written: Written, name: string): z.output<T> {
  if (typeof written !== "string" || !isName(written)) return check(schema, documentOfWritten(written, name));
  const known = presetNames(kind);
  const preset = written.trim();
  if (known.includes(preset)) return check(schema, presetDocument(`${kind}/${preset}.yaml`));
  const what = kind === "models" ? "model" : "hardware";
  const message = `There is no ${what} preset "${preset}". Presets: ${known.join(", ")}.`;
  throw new SpecError([problemOf(name, "spec/unknown-preset", message, didYouMean(preset, known))]);
}

/**
 * A validated, frozen accelerator, without a file being read.
 *
 * @param name what problems call it
 * @throws SpecError with every problem found
 */
export function hardwareOf(written: Written, name = "hardware"): Hardware {
  return read("hardware", hardwareSchema, written, name);
}

/** A validated, frozen model; as {@link hardwareOf}. */
export function modelOf(written: Written, name = "model"): ModelSpec {
  return read("models", modelSchema, written, name);
}

/** A validated, frozen deployment, with the keys of a study's `deployment`, as text or object; as {@link hardwareOf}. */
export function deploymentOf(written: Written, name = "deployment"): Deployment {
  return check(deploymentSchema, documentOfWritten(written, name));
}
