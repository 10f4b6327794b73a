import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { Document } from "yaml";
import type * as z from "zod";
import { didYouMean, problemOf, SpecError } from "../errors/index.ts";
import { checkText } from "./callers.ts";
import type { SourceDocument } from "./document.ts";
import type { Hardware } from "./hardware.ts";
import { defaultsOf } from "./hardware-defaults.ts";
import { hardwareSchema } from "./hardware-schema.ts";
import "./host-files.ts";
import { check } from "./issues.ts";
import type { TextProblem } from "./metrics.ts";
import type { ModelSpec } from "./model.ts";
import { modelSchema } from "./model-schema.ts";
import { packageCaseSchema, type PackageCase } from "./package-case.ts";
import { presetDocument, presetNames, type PresetKind } from "./preset-files.ts";
import { readTextFile, STDIN } from "./read-file.ts";
import { readYaml } from "./read-yaml.ts";

const looksLikeFile = (name: string): boolean => /[/\\]|\.(ya?ml|json)$/i.test(name);

/** The name of a file given relative to another file's folder. */
export function besideFile(name: string, beside: string | undefined): string {
  return beside === undefined || isAbsolute(name) ? name : join(dirname(beside), name);
}

/** Reads a YAML (or JSON) file to data; `-` is standard input. */
export function readSpecFile(path: string): SourceDocument {
  checkText(path, "The path of a file");
  return readYaml(readTextFile(path, path), path);
}

/** Either the document of a preset or file, or why the name means neither. Throws what reading the file throws. */
export function findSpec(
  kind: PresetKind,
  nameOrFile: string,
  beside?: string,
): { readonly document: SourceDocument; readonly problem?: never } | { readonly problem: TextProblem } {
  const names = presetNames(kind);
  if (names.includes(nameOrFile)) return { document: presetDocument(`${kind}/${nameOrFile}.yaml`) };
  const path = besideFile(nameOrFile, beside);
  // Within a file the sign has no meaning.
  const isStdin = nameOrFile === STDIN && beside === undefined;
  if (isStdin || looksLikeFile(nameOrFile) || (nameOrFile !== STDIN && existsSync(path)))
    return { document: readSpecFile(path) };
  const what = kind === "models" ? "model" : "hardware";
  const message = `There is no ${what} preset or file "${nameOrFile}". Presets: ${names.join(", ")}.`;
  return { problem: { code: "spec/unknown-preset", message, hint: didYouMean(nameOrFile, names) } };
}

function load<T extends z.ZodType>(kind: PresetKind, schema: T, nameOrFile: string, beside?: string): z.output<T> {
  checkText(nameOrFile, `The name of a preset or file of ${kind}`);
  const found = findSpec(kind, nameOrFile, beside);
  if (!found.problem) return check(schema, found.document);
  const { code, message, hint } = found.problem;
  throw new SpecError([problemOf(nameOrFile, code, message, hint)]);
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

/**
 * A hardware file with every default that it leaves to us written out, each with its reason as a comment: the same machine.
 *
 * @param nameOrFile preset name, or a file
 * @throws SpecError where the file is no hardware
 */
export function resolvedHardware(nameOrFile: string): string {
  loadHardware(nameOrFile);
  const found = findSpec("hardware", nameOrFile);
  if (found.problem) throw new SpecError([problemOf(nameOrFile, found.problem.code, found.problem.message)]);
  const written = found.document.value as Readonly<Record<string, unknown>>;
  const document = new Document(written);
  for (const { path, value, reason } of defaultsOf(written)) {
    document.setIn(path, document.createNode(value, { flow: true }));
    const node = document.getIn(path, true) as { comment?: string } | undefined;
    if (node !== undefined) node.comment = ` default: ${reason}`;
  }
  return document.toString({ lineWidth: 0 });
}

/**
 * A product by its dies, from a YAML file.
 *
 * @throws SpecError with every problem found
 */
export function loadPackageCase(path: string): PackageCase {
  return check(packageCaseSchema, readSpecFile(path));
}
