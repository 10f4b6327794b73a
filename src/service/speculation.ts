import { clear, NO_ATTENTION, type Devices, type Step } from "./devices.ts";
import type { Cost } from "./tables.ts";
import type { Speculation } from "./types.ts";

/**
 * Tokens that a step of speculative decoding makes of a sequence, in the mean (Leviathan et al. 2023, arXiv 2211.17192, equation 1):
 *
 *   E = (1 − a^(k + 1)) / (1 − a) = 1 + a + … + a^k
 */
export function expectedTokens({ tokens, acceptance }: Pick<Speculation, "tokens" | "acceptance">): number {
  let [sum, power] = [1, 1];
  for (let i = 0; i < tokens; i += 1) {
    power *= acceptance;
    sum += power;
  }
  return sum;
}

/**
 * A step for each token, where a draft proposes k of them and the model checks them in one pass:
 *
 *   round = k · draft(n) + target(n sequences, n · (k + 1) tokens and rows)      step = round / E + (round with prompts − round)
 *
 * Both models work on the same devices, and both on prompts. Attention of the k + 1 tokens reads keys and values once. Limit of validity: k + 1
 * up to 16 tokens, as kernels of decode attention stream; all sequences advance by the mean, and times within a round are not resolved.
 */
export function speculativeStep({
  target,
  draft,
  hosted,
  speculation,
}: {
  readonly target: Devices;
  readonly draft: Devices;
  /** s of a step with its host. */
  readonly hosted: (device: number, step: Step) => number;
  readonly speculation: Speculation;
}): (into: Cost, step: Step) => void {
  const { tokens: proposed } = speculation;
  const expected = expectedTokens(speculation);
  const part: Cost = { seconds: 0, joules: 0 };
  const round = (into: Cost, step: Step): void => {
    const { sequences, tokens, ended } = step;
    clear(into);
    const add = (devices: Devices, times: number, of: Step): void => {
      if (times === 0) return;
      devices.step(part, of);
      into.seconds += times * part.seconds;
      into.joules += times * part.joules;
    };
    const plain = { ...step, tokens: 0, ended: 0, attention: NO_ATTENTION };
    if (sequences > 0) add(draft, tokens > 0 ? proposed - 1 : proposed, plain);
    if (tokens > 0) add(draft, 1, { ...step, attention: NO_ATTENTION });
    const checked = sequences * proposed;
    add(target, 1, { ...step, tokens: tokens + checked, ended: ended + checked });
    into.seconds = hosted(into.seconds, step);
  };
  const pure: Cost = { seconds: 0, joules: 0 };
  return (into, step) => {
    if (step.sequences === 0) return round(into, step);
    round(pure, { ...step, tokens: 0, ended: 0, attention: NO_ATTENTION });
    clear(into);
    if (step.tokens > 0) {
      round(into, step);
      into.seconds -= pure.seconds;
      into.joules -= pure.joules;
    }
    into.seconds += pure.seconds / expected;
    into.joules += pure.joules / expected;
  };
}
