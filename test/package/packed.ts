import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../architecture/files.ts";

const options = { cwd: root, encoding: "utf8", shell: process.platform === "win32" } as const;

function unpack(archive: string, to: string): void {
  execFileSync("tar", ["-xzf", archive], { cwd: dirname(archive) });
  renameSync(join(dirname(archive), "package"), to);
}

export interface Packed {
  /** Has `ecotile` and `ecotile-core` in its node_modules, as they would be published, with the packages of this checkout beside. */
  readonly folder: string;
  /** Bytes of the packed files. */
  readonly archives: Readonly<Record<"ecotile" | "ecotile-core", Uint8Array>>;
}

/** Packs both packages and installs them into a new folder. */
export function packBoth(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "ecotile-packages-"));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { ...options, stdio: "ignore" });
  const core = execFileSync(process.execPath, [join(root, "scripts/pack-core.mjs"), folder], options).trim();
  const ecotile = readdirSync(folder).find((name) => name.endsWith(".tgz") && name !== core)!;
  const archives = { ecotile: readFileSync(join(folder, ecotile)), "ecotile-core": readFileSync(join(folder, core)) };
  unpack(join(folder, ecotile), join(modules, "ecotile"));
  unpack(join(folder, core), join(modules, "ecotile-core"));
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    if (existsSync(join(root, "node_modules", name)))
      symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
  return { folder, archives };
}
