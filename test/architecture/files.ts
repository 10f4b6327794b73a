import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const slashes = (path: string): string => path.split(sep).join("/");

/** Files under a folder of the repository, with forward slashes, sorted. */
export function filesUnder(folder: string, ending: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => slashes(relative(root, join(entry.parentPath, entry.name))))
    .sort();
}

export function readSource(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
