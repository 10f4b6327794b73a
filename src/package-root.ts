import { existsSync, readFileSync } from "node:fs";

/** Folder of the installed package, as a URL with a final slash: sources run from src/, the build from dist/src/ and dist/bundle/. */
export const packageRoot: URL = (() => {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("presets/", folder))) {
    const parent = new URL("../", folder);
    if (parent.href === folder.href) throw new Error("ecotile: package files not found");
    folder = parent;
  }
  return folder;
})();

/** A module that worker threads start from, as the build has bundled it; `name` is its path below src/. */
export function bundledWorker(name: string): URL {
  return new URL(`dist/bundle/${name}`, packageRoot);
}

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")) as {
    readonly version: string;
  };
  return manifest.version;
}
