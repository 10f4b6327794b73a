import type { ModelSpec } from "../../spec/model.ts";

/** What every model has beside its family and towers. */
export type Common = Pick<ModelSpec, "name" | "description" | "training">;

/** What a config.json does not say. */
export interface HuggingFaceOptions {
  /** Tokens of one sequence (BERT), or of the prompt (decoders). */
  readonly tokens?: number;
  /** Decode steps after the prompt. */
  readonly generatedTokens?: number;
}
