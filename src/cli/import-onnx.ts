import { basename, resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { openBytes } from "../spec/index.ts";
import { printText } from "./output.ts";
import { JSON_OPTION, printModel } from "./print-model.ts";

const EXAMPLE =
  "\nExample:\n  ecotile import onnx model.onnx --dim batch_size=1 --dim sequence_length=128 > model.yaml && ecotile simulate model.yaml a100";

interface OnnxOptions {
  readonly dim: ReadonlyMap<string, number>;
  readonly name?: string;
  readonly json?: boolean;
}

/** `ecotile import onnx`, below `ecotile import`. */
export function addImportOnnx(command: Command): void {
  command
    .command("onnx")
    .description(
      "From an ONNX file: its graph as a list of operators. Weights are not read, and files that it names are not opened. " +
        "One run of the graph is one input of the model.",
    )
    .argument("<file>", "path of the file, of up to 2 GiB")
    .option(
      "--dim <name=value>",
      "a size that the file leaves open, by its name there, or by INPUT.AXIS where it has none; may be repeated",
      addDim,
      new Map<string, number>(),
    )
    .option("--name <name>", "name of the model; else that of the file")
    .option("--json", JSON_OPTION)
    .addHelpText("after", EXAMPLE)
    .action(async (path: string, { dim, name, json = false }: OnnxOptions) => {
      const { importOnnx } = await import("../workload/onnx.ts");
      const file = openBytes(path, path);
      try {
        const own = basename(resolve(path)).replace(/\.onnx$/i, "");
        const { model, notes } = importOnnx(file, { dims: dim, name: name ?? own, file: path });
        printModel(model, json);
        for (const note of notes) printText(`Note: ${note}`, true);
      } finally {
        file.close();
      }
    });
}

/** Names may hold signs of equality; a value does not. */
function addDim(text: string, dims: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const match = /^(.+)=(\d{1,10})$/s.exec(text);
  if (match === null)
    throw new InvalidArgumentError("A name and a whole number of at least 0, for example sequence_length=128.");
  return new Map([...dims, [match[1]!.trim(), Number(match[2])]]);
}
