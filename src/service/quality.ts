import { slicesOf } from "./lengths.ts";
import type { ServiceSpec } from "./types.ts";

/** Mean score of the answers of a service, linear between the lengths of its table and level outside of them; null: it has none. */
export function meanScore({ quality, output }: Pick<ServiceSpec, "quality" | "output">): number | null {
  if (quality === null) return null;
  const { outputTokens, score } = quality;
  const slices = slicesOf(output, 1);
  const scores = slices.map((length) => {
    const above = outputTokens.findIndex((each) => each >= length);
    if (above === -1) return score.at(-1)!;
    if (above === 0) return score[0]!;
    const [low, high] = [outputTokens[above - 1]!, outputTokens[above]!];
    return score[above - 1]! + ((length - low) / (high - low)) * (score[above]! - score[above - 1]!);
  });
  return scores.reduce((sum, each) => sum + each, 0) / scores.length;
}
