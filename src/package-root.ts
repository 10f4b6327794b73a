import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** Folder of the installed package, as a URL with a final slash: sources run from src/, the build from dist/src/. */
export const packageRoot: URL = (() => {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("presets/", folder))) {
    const parent = new URL("../", folder);
    if (parent.href === folder.href) throw new Error("ecotile: package files not found");
    folder = parent;
  }
  return folder;
})();

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}

type Built = Readonly<Record<string, { readonly sha256: string; readonly value: unknown }>>;

let built: Built | undefined;

/**
 * What a YAML file of the package holds, as the build has read it: reading YAML takes most of the time in which a short command starts.
 *
 * @param path from the package's root
 * @param text of the file as it is now
 * @returns null: the file is another one than the build has read
 */
export function builtYaml(path: string, text: string): { readonly value: unknown } | null {
  built ??= readBuilt();
  const entry = built[path];
  if (entry === undefined) return null;
  return entry.sha256 === createHash("sha256").update(text).digest("hex") ? { value: entry.value } : null;
}

function readBuilt(): Built {
  if (!existsSync(new URL("dist/src/yaml.json", packageRoot))) return {};
  return JSON.parse(readFileSync(new URL("dist/src/yaml.json", packageRoot), "utf8")) as Built;
}
