// Keeps the list of commands as dist/src/commands.json, from which `ecotile --help` is shown without loading each.
import { writeFileSync } from "node:fs";
import { Command } from "commander";

const root = new URL("../", import.meta.url);
const { COMMANDS, listOf } = await import(new URL("dist/src/cli/commands.js", root));
const program = new Command();
for (const load of Object.values(COMMANDS)) (await load())(program);
writeFileSync(new URL("dist/src/commands.json", root), JSON.stringify(listOf(program)));
