// Brings a clone to a state that runs: installs when the lockfile changed, builds when a source changed.
// Node built-ins only, since it runs before anything is installed. Works offline once installed.
// --check: changes nothing, and exits with 1 where something is to be done.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`ecotile needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

const hash = (files) => {
  const digest = createHash("sha256");
  for (const file of files)
    digest
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  return digest.digest("hex");
};
const filesUnder = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json|yaml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
const stampIs = (file, value) => existsSync(join(root, file)) && readFileSync(join(root, file), "utf8") === value;

/** Whether npm has already put the lockfile's packages in place, say by an `npm ci` of the user's own. */
const isInstalled = () => {
  const written = join(root, "node_modules/.package-lock.json");
  if (!existsSync(written)) return false;
  const { packages: there } = JSON.parse(readFileSync(written, "utf8"));
  const { packages: wanted } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === "") return true;
    const found = there[path];
    return found === undefined ? optional === true : found.version === version && found.integrity === integrity;
  });
};

/** Says what is done next; with --check, ends instead. */
const announce = (what) => {
  console.error(what);
  if (process.argv.includes("--check")) process.exit(1);
};

const lock = hash(["package-lock.json", "package.json"]);
const installStamp = "node_modules/.ecotile-setup";
if (!stampIs(installStamp, lock)) {
  if (!isInstalled()) {
    announce("Installing packages (npm ci) ...");
    // Windows has npm only as a command file, which needs a shell.
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], {
      cwd: root,
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32",
    });
  }
  writeFileSync(join(root, installStamp), lock);
}

const sources = hash([
  ...filesUnder("assembly"),
  ...filesUnder("src"),
  ...filesUnder("presets"),
  "asconfig.json",
  "tsconfig.json",
  "package-lock.json",
  "scripts/build.mjs",
  "scripts/built-charts.mjs",
  "scripts/bundle.mjs",
  "scripts/built-yaml.mjs",
  "scripts/check-tables.mjs",
  "scripts/forward-globals.mjs",
  "scripts/licences.mjs",
  "scripts/live-bundle.mjs",
  "scripts/optimize.mjs",
  "scripts/public-types.mjs",
]);
const buildStamp = "build/.ecotile-build";
const isBuilt = () =>
  stampIs(buildStamp, sources) &&
  ["build/core.wasm", "dist/bundle/cli/main.js"].every((file) => existsSync(join(root, file)));
if (!isBuilt()) {
  announce("Building (assembly/ to WebAssembly, src/ to JavaScript) ...");
  // A build that fails half-way must not look finished once its sources are put back.
  rmSync(join(root, buildStamp), { force: true });
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: ["ignore", 2, 2] });
  writeFileSync(join(root, buildStamp), sources);
}
