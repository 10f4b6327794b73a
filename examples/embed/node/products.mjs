// 1,000 products on a chip, as the core's result records on standard output: node products.mjs CHIP
import { loadCore, readMachine } from "ecotile/core";
import { products } from "../products.mjs";

const core = await loadCore(new URL(import.meta.resolve("ecotile/core.wasm")));
const machine = readMachine({ hardware: process.argv[2] ?? "catransformers-22nm" });
const { records } = core.records(machine, products);
const { results, statuses } = core.run(records);
const refused = statuses.filter(({ status }) => status !== "ok");
if (refused.length > 0) console.error(`${refused.length} products do not run`, refused[0]);
process.stdout.write(results);
