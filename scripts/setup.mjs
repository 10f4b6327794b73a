// Brings a clone to a state that runs: installs when the lockfile changed, builds when a source changed.
// Node built-ins only, since it runs before anything is installed. Works offline once installed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
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
  for (const file of files) digest.update(file).update("\0").update(readFileSync(join(root, file))).update("\0");
  return digest.digest("hex");
};
const filesUnder = (folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
const stampIs = (file, value) => existsSync(join(root, file)) && readFileSync(join(root, file), "utf8") === value;

const lock = hash(["package-lock.json", "package.json"]);
const installStamp = "node_modules/.ecotile-setup";
if (!stampIs(installStamp, lock)) {
  console.error("Installing packages (npm ci) ...");
  // Windows has npm only as a command file, which needs a shell.
  execFileSync("npm", ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  writeFileSync(join(root, installStamp), lock);
}

const sources = hash([
  ...filesUnder("assembly"),
  ...filesUnder("src"),
  "asconfig.json",
  "tsconfig.json",
  "package-lock.json",
  "scripts/build.mjs",
]);
const buildStamp = "build/.ecotile-build";
if (!stampIs(buildStamp, sources)) {
  console.error("Building (assembly/ to WebAssembly, src/ to JavaScript) ...");
  execFileSync(process.execPath, [join(root, "scripts/build.mjs")], { cwd: root, stdio: ["ignore", 2, 2] });
  writeFileSync(join(root, buildStamp), sources);
}
