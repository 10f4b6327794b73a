import { SHA256, TEXTS, VALUES } from "./packaged.js";

/*
 * The tables and presets of the package as the build has read them: one copy for every host, none of which needs a file for it. A
 * change of a YAML file is seen when the package is built again (`npm run setup`).
 */

/**
 * What a YAML file of the package holds; another copy at each call.
 *
 * @param path from the package's root, for example `src/cost/tables/dram.yaml`
 * @throws Error where the package has no such file
 */
export function packagedValue(path: string): unknown {
  return JSON.parse(entryOf(VALUES, path));
}

/** Text of a preset of hardware or of a model, comments included; as {@link packagedValue}. */
export function packagedText(path: string): string {
  return entryOf(TEXTS, path);
}

/** Text from which a file can be read, with or without its comments; as {@link packagedValue}. */
export function packagedSource(path: string): string {
  return Object.hasOwn(TEXTS, path) ? TEXTS[path]! : entryOf(VALUES, path);
}

/** SHA-256 of a file as it was when the package was built; as {@link packagedValue}. */
export function packagedDigest(path: string): string {
  return entryOf(SHA256, path);
}

/** Paths of the YAML files in a folder and below it, sorted. */
export function packagedPaths(folder: string): readonly string[] {
  return Object.keys(VALUES)
    .filter((path) => path.startsWith(folder))
    .sort();
}

function entryOf(entries: Readonly<Record<string, string>>, path: string): string {
  if (Object.hasOwn(entries, path)) return entries[path]!;
  throw new Error(`ecotile: the package has no ${path}`);
}
