import type { Span } from "./attention.ts";

/**
 * Context lengths that stand for `steps` decode steps at lengths context + 1, ..., context + steps.
 *
 *   Σ lengths = steps · context + steps · (steps + 1) / 2,   mean = context + (steps + 1) / 2
 *
 * MACs, softmax elements and KV reads are linear in the length, so any lengths with the same sum and number give their exact totals:
 * the mean itself if it is whole (odd steps), else its two neighbours, half of the steps at each. Time and energy of one length are
 * those of its own mapping; they are close to linear over the range, and not exact.
 *
 * @param context  tokens in the cache before the first step, ≥ 0
 * @param steps    decode steps, ≥ 1
 */
export function decodeSpans(context: number, steps: number): readonly Span[] {
  const below = context + Math.floor((steps + 1) / 2);
  if (steps % 2 === 1) return [{ queries: 1, keys: below, count: steps }];
  return [
    { queries: 1, keys: below, count: steps / 2 },
    { queries: 1, keys: below + 1, count: steps / 2 },
  ];
}
