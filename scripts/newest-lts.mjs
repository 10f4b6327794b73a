/*
 * Fetches the newest version of Node with long-term support, as npm has it, into node_modules/.cache, and prints where its program is: what
 * tests compare the oldest version that ecotile runs on with. Changes nothing where it is there.
 *
 * It is no dependency: 120 MB, and as one it would be the Node of every npm script.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export const NEWEST_LTS = "24.22.3";
/** SHA-512 of the packages, by platform and architecture. */
const PACKAGES = {
  "linux-x64": "KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==",
};

/** Where its program is; null: it is not there. */
export function newestLts() {
  const program = join(folder(), "bin/node");
  return existsSync(program) ? program : null;
}

const folder = () => join(root, "node_modules/.cache/ecotile", `node-${NEWEST_LTS}`);

function fetched() {
  const platform = `${process.platform}-${process.arch}`;
  const digest = PACKAGES[platform];
  if (digest === undefined) throw new Error(`no package of Node ${NEWEST_LTS} is known for ${platform}`);
  const partial = `${folder()}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const name = `node-${platform}@${NEWEST_LTS}`;
    const archive = execFileSync("npm", ["pack", "--silent", name, "--pack-destination", partial], {
      encoding: "utf8",
    });
    const path = join(partial, archive.trim());
    const found = createHash("sha512").update(readFileSync(path)).digest("base64");
    if (found !== digest) throw new Error(`${name} is not the package that is meant: its SHA-512 is ${found}`);
    execFileSync("tar", ["-xzf", path, "-C", partial, "--strip-components=1", "package/bin/node"]);
    rmSync(path);
    renameSync(partial, folder());
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return newestLts();
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log(newestLts() ?? fetched());
