// Runs the benches and prints their figures with the machine beside them. `npm run bench`; build first (`npm run setup`).
import { BENCHES, machine } from "../dist/src/cli/bench/index.js";
import { againstC } from "./core/against-c.mjs";

console.log(machine());
for (const bench of [...Object.values(BENCHES), againstC]) for (const line of await bench()) console.log(line);
