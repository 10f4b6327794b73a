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
