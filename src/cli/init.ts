import { Argument, type Command } from "commander";
import { parseDocument } from "yaml";
import { loadHardware, loadModel, presetText, type Buffer, type Hardware } from "../spec/index.ts";
import { formatSize } from "../units/index.ts";
import { InputError } from "../errors/index.ts";
import { printJson } from "./output.ts";
import { dataToStdout } from "./print.ts";

const KINDS = ["hardware", "study", "model"] as const;
type Kind = (typeof KINDS)[number];

interface Options {
  readonly like?: string;
  readonly model?: string;
  readonly hardware?: string;
  readonly json?: boolean;
}

export function addInitCommand(program: Command): void {
  program
    .command("init")
    .description("Begins a file: a chip in eight lines, a study that can be searched at once, or a model.")
    .addArgument(new Argument("<kind>", "kind of file").choices(KINDS))
    .option("--like <preset>", "hardware or model: a copy of a preset to change")
    .option("--model <name>", "study: preset or file of its model", "vit-b16")
    .option("--hardware <name>", "study: preset or file of its chip", "catransformers-22nm")
    .option("--json", "the file as one JSON document, which is read as well")
    .addHelpText(
      "after",
      `
Examples:
  ecotile init hardware > chip.yaml
  ecotile init study --hardware chip.yaml > study.yaml
  ecotile search study.yaml
  ecotile init hardware --like tpu-v1 > chip.yaml`,
    )
    .action((kind: Kind, options: Options) => {
      const text = textOf(kind, options);
      if (options.json === true) printJson(parseDocument(text).toJS());
      else dataToStdout(text);
    });
}

function textOf(kind: Kind, { like, model = "", hardware = "" }: Options): string {
  if (kind === "study") {
    if (like !== undefined)
      throw new InputError("A study takes --model and --hardware instead of --like; examples/ has more of them.");
    return studyText(model, hardware);
  }
  if (kind === "model") return copyOf(presetText("models", like ?? "vit-s16"), "my-model");
  return like === undefined ? CHIP : copyOf(presetText("hardware", like), "my-chip");
}

/** The file of a preset under another name. */
function copyOf(text: string, name: string): string {
  return text.replace(/^name: .*$/m, `name: ${name}`);
}

const CHIP = `# A chip. What is left out has a default, with its reason:
#   ecotile presets hardware chip.yaml --resolved
name: my-chip
clock: 1 GHz
node: 22 nm
array: { rows: 64, cols: 64 }
localBuffer: { size: 256 KiB }
globalBuffer: { size: 2 MiB }
dram: { type: LPDDR4, capacity: 2 GB }
`;

/** A study of a chip's sizes for one model: each may be half and twice what it is. */
function studyText(modelName: string, hardwareName: string): string {
  loadModel(modelName);
  const hardware = loadHardware(hardwareName);
  const { array } = hardware;
  const sizes = (["localBuffer", "globalBuffer"] as const).flatMap((level) => sizesOf(hardware, level));
  return `# A study: what may vary, what is wanted, and what is not allowed.
#   ecotile search study.yaml
# Paths of the space: ecotile schema. More: docs/search.md.
name: my-study
model: ${modelName}
hardware: ${hardwareName}
deployment: { region: california, lifetime: 3 years, rate: 1/s, hoursPerDay: 6 }
space:
  array.rows: ${aroundWhole(array.rows)}
  array.cols: ${aroundWhole(array.cols)}
${sizes.join("")}objectives: [min carbon, min latency]
constraints: [latency <= 500 ms]
search: { strategy: exact }
`;
}

function aroundWhole(value: number): string {
  const values = [value / 2, value, 2 * value].filter((each) => Number.isInteger(each) && each <= 65_536);
  return `[${values.join(", ")}]`;
}

function sizesOf(hardware: Hardware, level: "localBuffer" | "globalBuffer"): readonly string[] {
  const buffer: Buffer | null = hardware[level];
  if (buffer === null || typeof buffer.size !== "number" || buffer.size === Infinity) return [];
  const { size } = buffer;
  const values = [size / 2, size, 2 * size].filter(Number.isInteger).map(formatSize);
  return [`  ${level}.size: [${values.join(", ")}]\n`];
}
