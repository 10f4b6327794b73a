import type { Command } from "commander";
import { stringify } from "yaml";
import { GRAMS_PER_KILOGRAM } from "../cost/index.ts";
import { InputError } from "../errors/index.ts";
import { disclosureOf, type Evaluation } from "../evaluate/index.ts";
import { evaluateAsStudies } from "../worker/index.ts";
import { printJson } from "./output.ts";
import { dataToStdout } from "./print.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly set: readonly string[];
  readonly region?: string;
  readonly json?: boolean;
}

export function addExportCommand(program: Command): void {
  const command = program.command("export").description("Results in the formats of other tools.");
  command
    .command("impact-framework")
    .description("A manifest for the Green Software Foundation's Impact Framework: the carbon of a life, and SCI.")
    .argument("<model>", "model preset or file")
    .argument("<hardware>", "hardware preset or file")
    .option("--set <path=value>", "change one field; may be repeated, later wins", collect, [])
    .option("--region <name>", "region of use (`ecotile presets regions`)")
    .option("--json", "the manifest as one JSON document, which is YAML too")
    .addHelpText(
      "after",
      `
Example:
  ecotile export impact-framework vit-b16 h100 --set deployment.class=server --set deployment.pue=1.2 > manifest.yml
  if-run --manifest manifest.yml`,
    )
    .action((model: string, hardware: string, options: Options) => {
      const specs = loadSpecs(model, hardware, options.set, options.region);
      const result = evaluateAsStudies(specs);
      if (result.kind === "infeasible") throw new InputError(`${result.constraint}: ${result.detail}.`);
      if (options.json === true) printJson(manifestOf(result));
      else dataToStdout(stringify(manifestOf(result)));
    });
}

/** The framework wants a moment at which the life begins; results do not depend on it. */
const BEGIN = "2026-01-01T00:00:00.000Z";

/**
 * A manifest of one component over the life of the device: energy × PUE × grid + embodied, over its inferences.
 *
 * @throws InputError where a part of the carbon is unknown
 */
export function manifestOf(evaluation: Evaluation): Readonly<Record<string, unknown>> {
  const { operational, embodied, energy_kWh, pue, inferences, boundary, grid } = disclosureOf(evaluation);
  const { model, hardware, deployment } = evaluation.design;
  for (const value of [operational, embodied, energy_kWh])
    if (typeof value !== "number") throw new InputError(`A manifest has no unknown parts: ${value.reason}.`);
  const kilowattHours = energy_kWh as number;
  const multiply = (inputs: readonly string[], output: string) => ({
    ...{ path: "builtin", method: "Multiply" },
    config: { "input-parameters": inputs, "output-parameter": output },
  });
  return {
    name: `${model.name}-on-${hardware.name}`,
    description: [...boundary, `grid: ${deployment.region} (${grid})`].join("; "),
    tags: null,
    initialize: {
      plugins: {
        "site-energy": multiply(["energy-machines", "pue"], "energy"),
        "operational-carbon": multiply(["energy", "grid/carbon-intensity"], "carbon-operational"),
        "total-carbon": {
          ...{ path: "builtin", method: "Sum" },
          config: { "input-parameters": ["carbon-operational", "carbon-embodied"], "output-parameter": "carbon" },
        },
        sci: { path: "builtin", method: "Sci", config: { "functional-unit": "inferences" } },
      },
    },
    tree: {
      children: {
        device: {
          pipeline: { compute: ["site-energy", "operational-carbon", "total-carbon", "sci"] },
          inputs: [
            {
              timestamp: BEGIN,
              duration: deployment.lifetime,
              "energy-machines": kilowattHours / pue,
              pue,
              "grid/carbon-intensity": ((operational as number) * GRAMS_PER_KILOGRAM) / kilowattHours,
              "carbon-embodied": (embodied as number) * GRAMS_PER_KILOGRAM,
              inferences,
            },
          ],
        },
      },
    },
  };
}
