import type { ModelSpec } from "../../spec/model.ts";

/** What every model has beside its family and towers. */
export type Common = Pick<ModelSpec, "name" | "description" | "training">;

/** What a config.json does not say. */
export interface HuggingFaceOptions {
  /** Tokens of one sequence (BERT), or of the prompt (decoders). */
  readonly tokens?: number;
  /** Decode steps after the prompt. */
  readonly generatedTokens?: number;
  /** Name of the model, where the file's own or that of its place is not wanted. */
  readonly name?: string;
  /** Where the file lies; its name, or that of its folder, names a model that does not name itself. */
  readonly path?: string;
}
