import type { HuggingFaceOptions } from "./common.ts";
import { count, type ConfigReader } from "./reader.ts";

const PROMPT_TOKENS = 512;
const GENERATED_TOKENS = 128;

/**
 * Prompt and decode steps, which no configuration says: from the options, else 512 and 128, with a note.
 *
 * @param positions  rows of a learned position table, all of which are parameters: the prompt then fills what the decode steps leave.
 *                   Null: rotary positions, limited by max_position_embeddings only
 */
export function sequenceOf(
  reader: ConfigReader,
  options: HuggingFaceOptions,
  positions: number | null,
): { readonly tokens: number; readonly generatedTokens: number } {
  const longest = positions ?? count(reader, ["max_position_embeddings"]);
  const generatedTokens = options.generatedTokens ?? Math.min(GENERATED_TOKENS, Math.floor(longest / 2));
  const room = Math.max(0, longest - generatedTokens);
  const tokens = options.tokens ?? (positions === null ? Math.min(PROMPT_TOKENS, room) : room);
  if (tokens + generatedTokens > longest) {
    reader.problems.push(`${tokens} + ${generatedTokens} tokens are more than the ${longest} positions of the model.`);
  }
  if (options.tokens === undefined || options.generatedTokens === undefined) {
    reader.notes.push(
      `a configuration has no sequence length: a prompt of ${tokens} and ${generatedTokens} generated tokens.`,
    );
  }
  if (positions !== null) {
    reader.notes.push(
      `rows of the position table count as parameters as far as they are used: ${tokens + generatedTokens} of ${positions}.`,
    );
  }
  return { tokens, generatedTokens };
}
