// Runs the benches and prints their figures with the machine beside them. `npm run bench`; build first (`npm run setup`).
import { cpus, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import { againstC } from "./core/against-c.mjs";
import { gemmSearch } from "./core/gemm-search.mjs";
import { wholeModel } from "./evaluate/whole-model.mjs";
import { coldStart } from "./startup/cold-start.mjs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const cores = cpus();
console.log(
  `ecotile ${version}, node ${process.versions.node}, V8 ${process.versions.v8}, ${cores.length} × ${cores[0]?.model ?? "?"}, ` +
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
);
for (const bench of [coldStart, gemmSearch, againstC, wholeModel]) {
  for (const line of await bench()) console.log(line);
}
