import type { ModelSpec } from "../spec/model.ts";
import { keysAndValuesPerToken } from "./decoder.ts";

/** What one sequence leaves in its KV cache: elements of a token, tokens in each phase, and how often the stack runs to decode. */
export interface CacheWrites {
  readonly elementsPerToken: number;
  readonly prefillTokens: number;
  readonly decodeTokens: number;
}

/** Null: a model without phases. Of a list of towers that of the first part that has them. */
export function cacheWritesOf(model: ModelSpec): CacheWrites | null {
  switch (model.family) {
    case "decoder":
      return {
        elementsPerToken: keysAndValuesPerToken(model.text),
        prefillTokens: model.text.tokens,
        decodeTokens: model.generatedTokens,
      };
    case "encoder-decoder":
      // Keys and values of the encoder's tokens are as wide as those of the decoder's own.
      return {
        elementsPerToken: keysAndValuesPerToken(model.decoder),
        prefillTokens: model.encoder.tokens + model.decoder.tokens - 1,
        decodeTokens: model.generatedTokens,
      };
    case "towers":
      return model.towers.map(cacheWritesOf).find((writes) => writes !== null) ?? null;
    default:
      return null;
  }
}
