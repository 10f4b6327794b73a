import type { Command } from "commander";
import { exploreHtml, liveDataOf } from "../live/index.ts";
import { parseSetting, STDIN } from "../spec/index.ts";
import { writeFileWhole } from "../study/output-file.ts";
import { InputError } from "../errors/index.ts";
import { printJson, printText } from "./output.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly set: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

export function addExploreCommand(program: Command): void {
  program
    .command("explore")
    .description("One page, for any browser and offline, that simulates a model on a chip again as you change them.")
    .argument("<model>", "model preset or file")
    .argument("<hardware>", "hardware preset or file")
    .option(
      "--set <path=value>",
      "change one field of the baseline; may be repeated, later wins (`ecotile schema` lists the paths)",
      collect,
      [],
    )
    .option("--out <file>", "where the page is written (default: MODEL-on-HARDWARE.html)")
    .option("--json", "one JSON document on stdout: the path of the page")
    .addHelpText(
      "after",
      `
Example:
  ecotile explore clip-vit-b16 catransformers-22nm --set deployment.region=taiwan --out clip.html

The page holds the simulator and loads nothing. What you change is in its address, and a command that gives the same numbers is shown.`,
    )
    .action(explore);
}

function explore(model: string, hardware: string, { set, out, json }: Options): void {
  if ([model, hardware].includes(STDIN))
    throw new InputError("A page of standard input could not be made again: give files, or names of presets.");
  const specs = loadSpecs(model, hardware, set);
  const settings = set.map((text) => ({ ...parseSetting(text), written: text.slice(text.indexOf("=") + 1).trim() }));
  const data = liveDataOf(model, hardware, settings, specs);
  const path = out ?? `${fileStem(data.model.name)}-on-${fileStem(data.hardware.name)}.html`;
  writeFileWhole(path, exploreHtml(data));
  if (json === true) printJson({ page: path });
  else printText(path, false);
}

/** A name without what file systems or shells read otherwise. */
const fileStem = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "") || "design";
