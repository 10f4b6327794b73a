import { didYouMean, problemOf, SpecError } from "../errors/index.ts";
import { checkChoice } from "./callers.ts";
import { presetFileText, presetNames, type PresetKind } from "./preset-files.ts";
import { regions } from "./regions.ts";

/** The text of a preset, as it ships. @throws SpecError spec/unknown-preset */
export function presetText(kind: PresetKind, name: string): string {
  const names = presetNames(kind);
  if (names.includes(name)) return presetFileText(`${kind}/${name}.yaml`);
  const message = `There is no preset "${name}" among the ${kind}. Presets: ${names.join(", ")}.`;
  throw new SpecError([problemOf(name, "spec/unknown-preset", message, didYouMean(name, names))]);
}

/** Names that the loaders and `deployment.region` know. */
export function listPresets(kind: PresetKind | "regions"): readonly string[] {
  checkChoice(kind, ["hardware", "models", "regions"], "The kind of preset");
  return kind === "regions" ? [...regions().keys()] : presetNames(kind);
}
