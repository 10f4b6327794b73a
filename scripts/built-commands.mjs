// Keeps the list of commands as dist/src/commands.json, from which `ecotile --help` is shown without loading each, and those of presets as
// dist/src/presets.json, from which `ecotile presets` shows them without reading each.
import { writeFileSync } from "node:fs";
import { Command } from "commander";

const root = new URL("../", import.meta.url);
const { COMMANDS, listOf } = await import(new URL("dist/src/cli/commands.js", root));
const program = new Command();
for (const load of Object.values(COMMANDS)) (await load())(program);
writeFileSync(new URL("dist/src/commands.json", root), JSON.stringify(listOf(program)));

const { PRESET_TABLES } = await import(new URL("dist/src/cli/preset-tables.js", root));
const tables = Object.entries(PRESET_TABLES).map(([kind, tableOf]) => [kind, tableOf()]);
writeFileSync(new URL("dist/src/presets.json", root), JSON.stringify(Object.fromEntries(tables)));
