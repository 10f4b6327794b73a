import { count, isRecord, shown, valueOf, type ConfigReader } from "./reader.ts";

/** What stands behind the layers of a decoder, as `architectures` says. */
export type Head =
  | { readonly kind: "language-model" }
  | { readonly kind: "none" }
  | { readonly kind: "classifier"; readonly classes: number };

/** The first name of `architectures`; undefined where the file has none. */
export function architectureOf(reader: ConfigReader): string | undefined {
  const value = valueOf(reader, ["architectures"]);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : undefined;
}

const LANGUAGE_MODEL = /LMHead(Model)?$|ForCausalLM(Mixed)?$|ForConditionalGeneration$|LM$/;

/**
 * Head of a decoder. A file without `architectures` is taken for a language model.
 * Heads on every token (token classification, question answering) are refused.
 */
export function headOf(reader: ConfigReader): Head {
  const name = architectureOf(reader);
  if (name === undefined || LANGUAGE_MODEL.test(name)) return { kind: "language-model" };
  if (name.endsWith("ForSequenceClassification")) return { kind: "classifier", classes: classesOf(reader) };
  if (name.endsWith("Model")) return { kind: "none" };
  reader.problems.push(
    `${reader.path}architectures is ${shown(name)}: the head of that class is not modelled. ` +
      "Known: ...ForCausalLM, ...LMHeadModel, ...ForConditionalGeneration, ...ForSequenceClassification, ...Model.",
  );
  return { kind: "none" };
}

/** Labels by `id2label`, or `num_labels`; 2 where neither is said, as PretrainedConfig has it. */
export function classesOf(reader: ConfigReader): number {
  const labels = valueOf(reader, ["id2label"]);
  const labelCount = isRecord(labels) ? Object.keys(labels).length : 0;
  valueOf(reader, ["num_labels", "_num_labels"]);
  return labelCount > 0 ? labelCount : count(reader, ["num_labels"], 2);
}
