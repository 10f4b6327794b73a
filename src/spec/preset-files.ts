import { packagedPaths, packagedSource, packagedText, packagedValue } from "../data/index.ts";
import type { SourceDocument } from "./document.ts";
import { readYaml } from "./read-yaml.ts";

export type PresetKind = "hardware" | "models";

const names = new Map<PresetKind, readonly string[]>();

/** Preset names of a kind, sorted. */
export function presetNames(kind: PresetKind): readonly string[] {
  const known = names.get(kind);
  if (known) return known;
  const folder = `presets/${kind}/`;
  const found = packagedPaths(folder).map((path) => path.slice(folder.length, -".yaml".length));
  names.set(kind, Object.freeze(found.sort()));
  return found;
}

/** A file below presets/, read to data. Its name in messages is the path inside the package. */
export function presetDocument(path: string): SourceDocument {
  const file = `presets/${path}`;
  const text = packagedSource(file);
  return {
    ...{ file, text, value: packagedValue(file) },
    // Places are wanted for messages alone.
    get spans() {
      return readYaml(text, file).spans;
    },
  };
}

/** Its text. */
export function presetFileText(path: string): string {
  return packagedText(`presets/${path}`);
}
