// Runs the benches and prints their figures with the machine beside them. `npm run bench`; build first (`npm run setup`).
import { BENCHES, coldStart, machine } from "../dist/src/cli/bench/index.js";
import { NEWEST_LTS, newestLts } from "../scripts/newest-lts.mjs";
import { againstC } from "./core/against-c.mjs";

/** The same starts by the newest Node with long-term support, where `node scripts/newest-lts.mjs` has fetched it. */
const onNewestLts = () =>
  newestLts() === null ? [] : coldStart(newestLts()).map((line) => `Node ${NEWEST_LTS}: ${line}`);

console.log(machine());
for (const bench of [...Object.values(BENCHES), onNewestLts, againstC])
  for (const line of await bench()) console.log(line);
