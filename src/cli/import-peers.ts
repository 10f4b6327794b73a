import { resolve } from "node:path";
import type { Command } from "commander";
import {
  importScaleSim,
  importTimeloop,
  importTopology,
  importZigZag,
  remarkText,
  type HardwareImport,
  type ImportOptions,
  type Remark,
} from "../peers/index.ts";
import { readTextFile } from "../spec/index.ts";
import { writeFileWhole } from "../study/index.ts";
import { printJson, printText } from "./output.ts";
import { JSON_OPTION, printModel } from "./print-model.ts";
import { dataToStdout } from "./print.ts";

interface Options {
  readonly name?: string;
  readonly json?: boolean;
}

interface ScaleSimOptions extends Options {
  readonly hardware?: string;
}

/** What other simulators describe machines and layers with, below `ecotile import`. */
export function addImportPeers(command: Command): void {
  command
    .command("scale-sim")
    .description(
      "From a configuration of SCALE-Sim: a hardware file on stdout. With a topology, of matrix products or of convolutions: " +
        "the model file of its layers on stdout, and the hardware file where --hardware says. What these files do not say is listed on stderr.",
    )
    .argument("<config>", "path of a .cfg file")
    .argument("[topology]", "path of a .csv file")
    .option("--hardware <file>", "writes the hardware file there, beside the model on stdout")
    .option("--name <name>", "name of what is on stdout; else that of the run or of the topology's file")
    .option("--json", `${JSON_OPTION}; without a topology the hardware file`)
    .addHelpText(
      "after",
      "\nExamples:\n  ecotile import scale-sim scale.cfg > chip.yaml\n" +
        "  ecotile import scale-sim scale.cfg gpt2.csv --hardware chip.yaml > gpt2.yaml && ecotile simulate gpt2.yaml chip.yaml",
    )
    .action((config: string, topology: string | undefined, options: ScaleSimOptions) => {
      scaleSim(config, topology, options);
    });
  addArchitecture(command, "timeloop", "an architecture of Timeloop (0.2 to 0.4)", "arch.yaml", importTimeloop);
  addArchitecture(command, "zigzag", "an accelerator of ZigZag", "tpu_like.yaml", importZigZag);
}

type Importer = (text: string, options: ImportOptions) => HardwareImport;

function addArchitecture(command: Command, name: string, what: string, example: string, importer: Importer): void {
  command
    .command(name)
    .description(`From ${what}: a hardware file on stdout. What it does not say is listed on stderr, by line.`)
    .argument("<architecture>", "path of a YAML file")
    .option("--name <name>", "name of the machine; else that in the file, or that of the file or its folder")
    .option("--json", "the hardware file as one JSON document")
    .addHelpText(
      "after",
      `\nExample:\n  ecotile import ${name} ${example} > chip.yaml && ecotile gemm chip.yaml --shape 1,197,768,768`,
    )
    .action((path: string, { name: given, json = false }: Options) => {
      const machine = importer(readTextFile(path, path), { file: path, name: given, otherwise: plainName(path) });
      printHardware(machine, json);
      tell(path, machine.remarks);
    });
}

function scaleSim(
  config: string,
  topology: string | undefined,
  { hardware, name, json = false }: ScaleSimOptions,
): void {
  const machine = importScaleSim(readTextFile(config, config), {
    file: config,
    name: topology === undefined ? name : undefined,
    otherwise: plainName(config),
  });
  if (topology === undefined) {
    if (hardware === undefined) printHardware(machine, json);
    else writeFileWhole(hardware, machine.yaml);
  } else {
    const layers = importTopology(readTextFile(topology, topology), {
      file: topology,
      name: name ?? plainName(topology),
    });
    if (hardware !== undefined) writeFileWhole(hardware, machine.yaml);
    printModel(layers.model, json);
    tell(topology, layers.remarks);
    if (hardware === undefined) {
      printText(`Note: the hardware file of ${config} is not written; --hardware FILE writes it.`, true);
      return;
    }
  }
  tell(config, machine.remarks);
}

function printHardware({ hardware, yaml }: HardwareImport, isJson: boolean): void {
  if (isJson) printJson(hardware);
  else dataToStdout(yaml);
}

function tell(file: string, remarks: readonly Remark[]): void {
  for (const remark of remarks) printText(remarkText(file, remark), true);
}

/** The name of a file without its folder and ending; of an `arch.yaml` that of its folder. */
function plainName(path: string): string {
  const parts = resolve(path).split(/[/\\]/);
  const own = parts.at(-1)!.replace(/\.(cfg|csv|ya?ml)$/i, "");
  const name = /^arch(itecture)?$/i.test(own) ? (parts.at(-2) ?? own) : own;
  return name.slice(0, 100) || "imported";
}
