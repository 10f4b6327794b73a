import type { HuggingFaceOptions } from "./common.ts";
import type { ConfigReader } from "./reader.ts";

const PROMPT_TOKENS = 512;
const GENERATED_TOKENS = 128;

/**
 * Prompt and decode steps, which no configuration says: from the options, else at most 512 and 128, with a note.
 *
 * @param longest    positions that a sequence may have
 * @param generates  false: there is no head that makes tokens, and no decode steps
 */
export function sequenceOf(
  reader: ConfigReader,
  options: HuggingFaceOptions,
  longest: number,
  generates = true,
): { readonly tokens: number; readonly generatedTokens: number } {
  if (!generates && (options.generatedTokens ?? 0) > 0) {
    reader.problems.push(
      `${options.generatedTokens} generated tokens were asked for, but a model of this architecture has no language-model head.`,
    );
  }
  if (!generates) return { tokens: tokensOf(reader, options, longest), generatedTokens: 0 };
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

/** Length of a sequence that is read at once. */
function tokensOf(reader: ConfigReader, options: HuggingFaceOptions, longest: number): number {
  const tokens = options.tokens ?? Math.min(PROMPT_TOKENS, longest);
  if (tokens > longest) reader.problems.push(`${tokens} tokens are more than the ${longest} positions of the model.`);
  if (options.tokens === undefined)
    reader.notes.push(`a configuration has no sequence length: ${tokens} tokens, none generated.`);
  return tokens;
}
