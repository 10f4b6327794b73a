import { Option, type Command } from "commander";
import { EXIT_INFEASIBLE } from "../errors/index.ts";
import { rooflineOf } from "../evaluate/index.ts";
import { rooflineSvg } from "../report/svg.ts";
import type { MappingObjective } from "../sim/index.ts";
import { MAPPING_OBJECTIVES } from "../spec/index.ts";
import { simulate, simulatedJson } from "../simulate/index.ts";
import { AS_STUDIES } from "../worker/index.ts";
import { disclosureJson, disclosureText, REPORT_KINDS, type ReportKind } from "./disclosure.ts";
import { printJson, printText } from "./output.ts";
import { writeFileWhole } from "../study/output-file.ts";
import { infeasibleText, simulationText } from "./simulate-text.ts";
import { traceOf } from "./simulate-trace.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly set: readonly string[];
  readonly region?: string;
  readonly objective?: MappingObjective;
  readonly json?: boolean;
  readonly trace?: string;
  readonly roofline?: string;
  readonly report?: ReportKind;
}

export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("Latency, energy, area and carbon of one model on one accelerator.")
    .argument("<model>", "model preset or file")
    .argument("<hardware>", "hardware preset or file")
    .option(
      "--set <path=value>",
      "change one field; may be repeated, later wins (`ecotile schema` lists the paths)",
      collect,
      [],
    )
    .option("--region <name>", "region of use (`ecotile presets regions`)")
    .addOption(
      new Option(
        "--objective <what>",
        "what mappings are chosen for (default: carbon, and latency where only then it keeps up with its rate, as in studies)",
      ).choices(MAPPING_OBJECTIVES),
    )
    .option("--json", "one JSON document on stdout")
    .option(
      "--trace <file>",
      "write the schedule of operators, to be opened in a trace viewer (chrome://tracing, Perfetto)",
    )
    .option("--roofline <file>", "draw every kind of operator under the roofs of the machine, as SVG")
    .addOption(
      new Option(
        "--report <kind>",
        "the same carbon as it is reported: SCI (ISO/IEC 21031), carbon per exaFLOP, or scopes 2 and 3",
      ).choices(REPORT_KINDS),
    )
    .addHelpText(
      "after",
      `
Example:
  ecotile simulate clip-vit-b16 catransformers-22nm --set array.rows=128 --set localBuffer.size=128KiB --region taiwan

Limits (latency, area, ...) live in studies; here they are not checked. Exit 3: an operator fits no buffer, or DRAM is too small.`,
    )
    .action(runSimulate);
}

function runSimulate(model: string, hardware: string, options: Options): void {
  const specs = loadSpecs(model, hardware, options.set, options.region);
  const { objective } = options;
  const simulation = simulate(specs, objective);
  const { result, violations } = simulation;
  if (result.kind === "infeasible") {
    if (options.json) printJson(simulatedJson(specs, simulation));
    else printText(infeasibleText(specs, result), false);
    process.exitCode = EXIT_INFEASIBLE;
    return;
  }
  if (options.trace !== undefined) {
    const trace = traceOf(result);
    writeFileWhole(options.trace, trace.text);
    if (trace.leftOut > 0) printText(`${options.trace}: ${trace.leftOut} later operators left out.`, true);
  }
  if (options.roofline !== undefined) {
    const title = `${specs.model.name} on ${specs.hardware.name}`;
    writeFileWhole(options.roofline, rooflineSvg({ title, ...rooflineOf(result) }));
  }
  const { report } = options;
  if (report !== undefined) {
    if (options.json) printJson(disclosureJson(result, report));
    else printText(disclosureText(result, report), false);
  } else if (options.json) printJson(simulatedJson(specs, simulation));
  else printText(simulationText(result, violations, objective ?? AS_STUDIES.objective), false);
}
