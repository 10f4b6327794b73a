import type { Command } from "commander";
import { stringify } from "yaml";
import { readTextFile, type ModelSpec, type Tower } from "../spec/index.ts";
import { importHuggingFace, type HuggingFaceOptions } from "../workload/index.ts";
import { InputError } from "./failure.ts";
import { printText } from "./output.ts";
import { dataToStdout } from "./print.ts";

interface Options {
  readonly tokens?: number;
  readonly generatedTokens?: number;
}

export function addImportCommand(program: Command): void {
  program
    .command("import")
    .description("Turns the description of a model from elsewhere into a model file, on stdout.")
    .command("huggingface")
    .description("From a HuggingFace config.json: CLIP, ViT, BERT, RoBERTa, Llama, Mistral, Qwen2, GPT-2, OPT.")
    .argument("<config>", "path of a config.json")
    .option("--tokens <n>", "length of a sequence (encoders) or of the prompt (decoders)", Number)
    .option("--generated-tokens <n>", "decode steps after the prompt", Number)
    .addHelpText(
      "after",
      "\nExample:\n  ecotile import huggingface config.json > model.yaml && ecotile simulate model.yaml a100",
    )
    .action((path: string, options: Options) => {
      const { yaml, notes } = importModel(path, options);
      dataToStdout(yaml);
      for (const note of notes) printText(`Note: ${note}`, true);
    });
}

/** @throws InputError with every problem, where the file is unreadable or describes what is not modelled */
function importModel(path: string, options: HuggingFaceOptions): { yaml: string; notes: readonly string[] } {
  const imported = importHuggingFace(readJson(path), options);
  if ("problems" in imported) throw new InputError(imported.problems.map((each) => `${path}: ${each}`).join("\n"));
  return { yaml: modelYaml(imported.model), notes: imported.notes };
}

function readJson(path: string): unknown {
  const text = readTextFile(path, path);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InputError(`${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** A model file: sizes that are equal in all layers are written once. */
export function modelYaml(model: ModelSpec): string {
  const { name, description, training, family, ...rest } = model;
  const short = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, key === "text" || key === "vision" ? shortTower(value) : value]),
  );
  return stringify({ name, description, family, ...(training === null ? {} : { training }), ...short });
}

function shortTower(tower: Tower): Readonly<Record<string, unknown>> {
  const perLayer = (values: readonly number[]) => (values.every((each) => each === values[0]) ? values[0] : values);
  const { ffn, heads, kvHeads } = tower;
  return { ...tower, ffn: perLayer(ffn), heads: perLayer(heads), kvHeads: perLayer(kvHeads) };
}
