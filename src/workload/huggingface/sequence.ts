import type { HuggingFaceOptions } from "./common.ts";
import type { ConfigReader } from "./reader.ts";

const PROMPT_TOKENS = 512;
const GENERATED_TOKENS = 128;

/**
 * Prompt and decode steps, which no configuration says: from the options, else at most 512 and 128, with a note.
 *
 * @param longest  positions that a sequence may have
 */
export function sequenceOf(
  reader: ConfigReader,
  options: HuggingFaceOptions,
  longest: number,
): { readonly tokens: number; readonly generatedTokens: number } {
  const generatedTokens = options.generatedTokens ?? Math.min(GENERATED_TOKENS, Math.floor(longest / 2));
  const tokens = options.tokens ?? Math.min(PROMPT_TOKENS, Math.max(0, longest - generatedTokens));
  if (tokens + generatedTokens > longest) {
    reader.problems.push(`${tokens} + ${generatedTokens} tokens are more than the ${longest} positions of the model.`);
  }
  if (options.tokens === undefined || options.generatedTokens === undefined) {
    reader.notes.push(
      `a configuration has no sequence length: a prompt of ${tokens} and ${generatedTokens} generated tokens.`,
    );
  }
  return { tokens, generatedTokens };
}
