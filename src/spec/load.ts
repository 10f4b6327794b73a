import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type * as z from "zod";
import { didYouMean, problemOf, SpecError } from "../errors/index.ts";
import type { SourceDocument } from "./document.ts";
import type { Hardware } from "./hardware.ts";
import { hardwareSchema } from "./hardware-schema.ts";
import { check } from "./issues.ts";
import type { ModelSpec } from "./model.ts";
import { modelSchema } from "./model-schema.ts";
import { presetDocument, presetNames, type PresetKind } from "./preset-files.ts";
import { readTextFile } from "./read-file.ts";
import { readYaml } from "./read-yaml.ts";
import { regions } from "./regions.ts";

const looksLikeFile = (name: string): boolean => /[/\\]|\.(ya?ml|json)$/i.test(name);

/** Reads a YAML (or JSON) file. `beside`: a file whose folder relative names start from. */
export function readSpecFile(name: string, beside?: string): SourceDocument {
  const path = beside === undefined ? name : resolve(dirname(beside), name);
  const shownAs = beside === undefined || dirname(beside) === "." ? name : path;
  return readYaml(readTextFile(path, shownAs), shownAs);
}

/** The preset of that name, else the file of that name. */
export function presetOrFile(kind: PresetKind, nameOrFile: string, beside?: string): SourceDocument {
  const names = presetNames(kind);
  if (names.includes(nameOrFile)) return presetDocument(`${kind}/${nameOrFile}.yaml`);
  const path = beside === undefined ? nameOrFile : resolve(dirname(beside), nameOrFile);
  if (looksLikeFile(nameOrFile) || existsSync(path)) return readSpecFile(nameOrFile, beside);
  const what = kind === "models" ? "model" : "hardware";
  const message = `There is no ${what} preset or file "${nameOrFile}". Presets: ${names.join(", ")}.`;
  throw new SpecError([problemOf(nameOrFile, "spec/unknown-preset", message, didYouMean(nameOrFile, names))]);
}

function load<T extends z.ZodType>(kind: PresetKind, schema: T, nameOrFile: string, beside?: string): z.output<T> {
  return check(schema, presetOrFile(kind, nameOrFile, beside));
}

/**
 * A validated, frozen accelerator.
 *
 * @param nameOrFile preset name, or a file
 * @param beside file whose folder relative names start from (default: the working directory)
 * @throws SpecError with every problem found
 */
export function loadHardware(nameOrFile: string, beside?: string): Hardware {
  return load("hardware", hardwareSchema, nameOrFile, beside);
}

/** A validated, frozen model; as {@link loadHardware}. */
export function loadModel(nameOrFile: string, beside?: string): ModelSpec {
  return load("models", modelSchema, nameOrFile, beside);
}

/** Names that the loaders and `deployment.region` know. */
export function listPresets(kind: PresetKind | "regions"): readonly string[] {
  return kind === "regions" ? [...regions().keys()] : presetNames(kind);
}
