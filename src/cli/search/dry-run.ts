import { grouped } from "../../report/metric-labels.ts";
import { partSizes, type Space } from "../../search/index.ts";
import type { Study } from "../../spec/index.ts";
import type { exactSizeOf } from "../../study/index.ts";

const PARTS = {
  "text tower": ["model.text.", "quantisation.text.", "sparsity.text."],
  "vision tower": ["model.vision.", "quantisation.vision.", "sparsity.vision."],
  "encoder tower": ["model.encoder.", "quantisation.encoder.", "sparsity.encoder."],
  "decoder tower": ["model.decoder.", "quantisation.decoder.", "sparsity.decoder."],
  "model, other": ["model.", "quantisation.", "sparsity."],
  deployment: ["deployment."],
  technology: ["technology."],
};

function accuracyText({ accuracy }: Study): string {
  if (accuracy === null) return "none, since no objective or constraint asks for it";
  const { evaluator, metric, command, parallel, ignore } = accuracy;
  const ignored = ignore === undefined ? "" : `; ignores ${ignore.join(", ")}`;
  if (evaluator === "predictor") return `predictor, ${metric}${ignored}`;
  return `command, ${metric}: ${(command ?? []).join(" ")} (${parallel} at once)${ignored}`;
}

/** What an exact search will take, by counts in the study. */
function estimateText({ size, estimate }: ReturnType<typeof exactSizeOf>): string {
  const { seconds, mebibytes, perWorker } = estimate;
  return `exact: ${grouped(size.models)} models that differ in cost × ${grouped(size.chips)} chips, about ${Math.ceil(seconds)} s of CPU and ${Math.ceil(mebibytes)} MiB (${Math.ceil(perWorker)} a further worker)`;
}

/**
 * What a study would search: sizes of the space and of its parts, what is wanted, how long it goes.
 *
 * @param refusal why its strategy cannot search it; null: it can
 * @param estimate what strategy exact goes over; null: the strategy is another, or refuses it
 */
export function dryRunText(
  study: Study,
  space: Space,
  refusal: string | null,
  estimate: ReturnType<typeof exactSizeOf> | null = null,
): string {
  const { objectives, constraints, search, fixed } = study;
  const parts = partSizes(study.space, PARTS, "hardware").map(
    ({ part, size, parameterCount }) => `  ${part}: ${grouped(size)} (${parameterCount} parameters)`,
  );
  return [
    `${study.name}: ${grouped(space.size)} designs`,
    ...parts,
    ...(fixed.length === 0 ? [] : [`  kept as they are by mode ${study.mode ?? ""}: ${fixed.join(", ")}`]),
    `objectives: ${objectives.map(({ direction, metric }) => `${direction} ${metric}`).join(", ")}`,
    `constraints: ${constraints.length === 0 ? "none" : constraints.map(({ text }) => text).join(", ")}`,
    `accuracy: ${accuracyText(study)}`,
    `search: ${search.strategy}, seed ${search.seed}, at most ${search.trials} trials in batches of ${search.batch}`,
    ...(search.chosen === null ? [] : [`chosen by auto: ${search.strategy}, ${search.chosen}`]),
    ...(estimate === null ? [] : [estimateText(estimate)]),
    ...(refusal === null ? [] : [`cannot be searched so: ${refusal}`]),
  ].join("\n");
}

/** The same as a document; a size is a text, since it may be beyond what numbers hold. */
export function dryRunJson(
  study: Study,
  space: Space,
  refusal: string | null,
  estimate: ReturnType<typeof exactSizeOf> | null = null,
): Readonly<Record<string, unknown>> {
  const { objectives, constraints, search, fixed, accuracy } = study;
  return {
    name: study.name,
    designs: String(space.size),
    parts: partSizes(study.space, PARTS, "hardware").map(({ part, size, parameterCount }) => ({
      ...{ part, designs: String(size), parameters: parameterCount },
    })),
    kept: fixed,
    objectives: objectives.map(({ direction, metric }) => ({ metric, direction })),
    constraints: constraints.map(({ text }) => text),
    accuracy: accuracy === null ? null : { evaluator: accuracy.evaluator, metric: accuracy.metric },
    ...(estimate === null ? {} : { estimate: { ...estimate.size, ...estimate.estimate } }),
    search: {
      strategy: search.strategy,
      chosen: search.chosen,
      ...(search.coarse === undefined ? {} : { coarse: search.coarse }),
      seed: search.seed,
      trials: search.trials,
      batch: search.batch,
    },
    refusal,
  };
}
