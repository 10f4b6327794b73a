// The licences of packages whose code is in a bundle.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifestIn = (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/** @returns folders of the packages that bundles of esbuild, built with a metafile, have code of, sorted */
export function packagesOf(...bundles) {
  const paths = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = paths.flatMap((path) => path.match(/^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

/**
 * The licence of each, whole; that of ecotile itself where a package has the same and no file of it.
 *
 * @param folders as `packagesOf` gives them
 * @param what    the files that hold their code
 * @throws Error where a package comes without its licence
 */
export function licences(folders, what) {
  const parts = folders.map((folder) => {
    const { name, version, license } = manifestIn(folder);
    const files = readdirSync(join(root, folder)).filter((each) => /^licen[cs]e\b/i.test(each));
    if (files.length === 0 && license !== manifestIn(".").license) throw new Error(`${name} comes without its licence`);
    const texts = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim());
    const text = texts.join("\n\n") || `${license}: the text is in LICENSE.`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return `What ${what} holds of others.\n\n${parts.join("\n\n")}`;
}
