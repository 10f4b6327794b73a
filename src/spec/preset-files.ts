import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtYaml, packageRoot } from "../package-root.ts";
import type { SourceDocument } from "./document.ts";
import { readTextFile } from "./read-file.ts";
import { readYaml } from "./read-yaml.ts";

export type PresetKind = "hardware" | "models";

const names = new Map<PresetKind, readonly string[]>();

/** Preset names of a kind, sorted. */
export function presetNames(kind: PresetKind): readonly string[] {
  const known = names.get(kind);
  if (known) return known;
  const files = readdirSync(new URL(`presets/${kind}/`, packageRoot));
  const found = files.flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : [])).sort();
  names.set(kind, Object.freeze(found));
  return found;
}

/** A file below presets/, read to data. Its name in messages is the path inside the package. */
export function presetDocument(path: string): SourceDocument {
  const [text, file] = [presetFileText(path), `presets/${path}`];
  const built = builtYaml(file, text);
  if (built === null) return readYaml(text, file);
  return {
    ...{ file, text, value: built.value },
    // Places are wanted for messages alone.
    get spans() {
      return readYaml(text, file).spans;
    },
  };
}

/** Its text. */
export function presetFileText(path: string): string {
  const name = `presets/${path}`;
  return readTextFile(fileURLToPath(new URL(name, packageRoot)), name);
}
