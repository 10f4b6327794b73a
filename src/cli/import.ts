import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { readTextFile } from "../spec/index.ts";
import {
  HUGGING_FACE_TYPES,
  importHuggingFace,
  importOpenClip,
  type HuggingFaceImport,
  type HuggingFaceOptions,
} from "../workload/index.ts";
import { InputError } from "../errors/index.ts";
import { addImportOnnx } from "./import-onnx.ts";
import { addImportPeers } from "./import-peers.ts";
import { printText } from "./output.ts";
import { JSON_OPTION, printModel } from "./print-model.ts";

type Options = Pick<HuggingFaceOptions, "tokens" | "generatedTokens" | "name"> & { readonly json?: boolean };

export function addImportCommand(program: Command): void {
  const command = program
    .command("import")
    .description(
      "Turns the description of a model or a machine from elsewhere into a model or hardware file, on stdout.",
    );
  command
    .command("openclip")
    .description("From a model file of OpenCLIP (src/open_clip/model_configs/NAME.json).")
    .argument("<config>", "path of the file")
    .option("--name <name>", "name of the model; else that of the file")
    .addHelpText(
      "after",
      "\nExample:\n  ecotile import openclip ViT-B-16.json > model.yaml && ecotile simulate model.yaml a100",
    )
    .option("--json", JSON_OPTION)
    .action((path: string, { name = basename(path, ".json").toLowerCase(), json }: Pick<Options, "name" | "json">) => {
      print(path, importOpenClip(readJson(path), { name }), json);
    });
  command
    .command("huggingface")
    .description(`From a HuggingFace config.json. model_type: ${HUGGING_FACE_TYPES.join(", ")}.`)
    .argument("<config>", "path of a config.json")
    .option("--tokens <n>", "length of a sequence (encoders) or of the prompt (decoders)", Number)
    .option("--generated-tokens <n>", "decode steps after the prompt", Number)
    .option("--name <name>", "name of the model; else that in the file, or that of the file or its folder")
    .option("--json", JSON_OPTION)
    .addHelpText(
      "after",
      "\nExample:\n  ecotile import huggingface config.json > model.yaml && ecotile simulate model.yaml a100",
    )
    .action((path: string, options: Options) => {
      const { json, ...given } = options;
      print(path, importHuggingFace(readJson(path), { ...given, path: resolve(path) }), json);
    });
  addImportOnnx(command);
  addImportPeers(command);
}

/**
 * The model file on stdout, notes on stderr.
 *
 * @throws InputError with every problem, where the file describes what is not modelled
 */
function print(path: string, imported: HuggingFaceImport, isJson = false): void {
  if ("problems" in imported) throw new InputError(imported.problems.map((each) => `${path}: ${each}`).join("\n"));
  printModel(imported.model, isJson);
  for (const note of imported.notes) printText(`Note: ${note}`, true);
}

function readJson(path: string): unknown {
  const text = readTextFile(path, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const tolerant = withoutPythonNumbers(text);
    if (tolerant !== text) return readTolerant(tolerant, path);
    throw new InputError(`${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function readTolerant(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InputError(`${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Python writes `Infinity` and `NaN`, which JSON does not have: outside of texts they become null. */
function withoutPythonNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (part) => (part.startsWith('"') ? part : "null"));
}
