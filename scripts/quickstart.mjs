// The main job on examples/quickstart.yaml: searches, prints the front and what memory and package bring, writes the report. Runs after
// scripts/setup.mjs.
// A finished run of the same study is replaced; one that was interrupted is continued; anything else is left alone.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const study = "examples/quickstart.yaml";
const name = "quickstart";
const folder = join("runs", name);
const path = (file) => join(root, folder, file);
const runFiles = /^(study\.yaml|trials\.db(-wal|-shm)?|front\.(csv|json)|report\.html|run\.lock)(\.[0-9a-f]+\.tmp)?$/;

const isFinished = () => {
  try {
    return JSON.parse(readFileSync(path("front.json"), "utf8")).study.name === name;
  } catch {
    return false;
  }
};

const entries = existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
const isOurs = entries.every((entry) => runFiles.test(entry));
const isDry = process.argv.includes("--dry-run");
if (entries.length > 0 && isOurs && isFinished() && !isDry) {
  for (const entry of entries) rmSync(path(entry));
  entries.length = 0;
}
const resume = entries.length > 0 ? ["--resume"] : [];
const started = performance.now();
const { status } = spawnSync(
  process.execPath,
  [
    join(root, "dist/bundle/cli/main.js"),
    "search",
    study,
    "--out",
    folder,
    "--adding",
    "dram,silicon",
    ...resume,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: "inherit" },
);
if (status === 0 && !isDry) console.error(`Done in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
process.exitCode = status ?? 1;
