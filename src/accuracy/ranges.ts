import { log } from "../math/index.ts";
import type { ModelSpec, VisionTower } from "../spec/model.ts";
import type { Subject } from "./subject.ts";

/** Calls `visit` with each column whose range is watched and its value in this model. */
export function forEachWatched(
  { text, vision, training }: Subject,
  visit: (column: string, value: number) => void,
): void {
  if (text) {
    visit("text_layers", text.layers);
    visit("text_hidden", text.hidden);
    visit("text_ffn", text.ffn);
    visit("text_heads", text.heads);
  }
  if (vision) {
    visit("vision_layers", vision.layers);
    visit("vision_hidden", vision.hidden);
    visit("vision_ffn", vision.ffn);
    visit("vision_heads", vision.heads);
    visit("vision_patches", vision.patches);
  }
  if (training?.samplesSeen) visit("samples_seen", training.samplesSeen);
}

/** What of a model's towers no model of the fit has: windows, experts, latent vectors, narrow storage, sparse weights and activations, fewer tokens. The prediction is that of the model without them. */
export function unseenForms(model: ModelSpec): readonly string[] {
  return Object.entries(model).flatMap(([name, tower]: [string, unknown]) => {
    if (name !== "text" && name !== "vision") return [];
    const { attention, experts, latent, quantisation, sparsity, tokenReduction, activationSparsity } =
      tower as VisionTower;
    return Object.entries({
      attention,
      experts,
      latent,
      quantisation,
      sparsity,
      token_reduction: tokenReduction,
      activation_sparsity: activationSparsity,
    }).flatMap(([form, value]) => (value === undefined ? [] : [`${name}_${form}`]));
  });
}

export interface Outside {
  readonly columns: readonly string[];
  /** Sum of |ln(value / limit)| over those columns. */
  readonly distance: number;
}

/** Columns outside the range seen. A rounding of one part in a hundred is not outside. */
export function outsideRanges(ranges: Readonly<Record<string, readonly [number, number]>>, subject: Subject): Outside {
  const columns: string[] = [];
  let distance = 0;
  forEachWatched(subject, (column, value) => {
    const range = ranges[column];
    if (!range || (value >= range[0] * 0.99 && value <= range[1] * 1.01)) return;
    columns.push(column);
    distance += Math.abs(log(value / (value < range[0] ? range[0] : range[1])));
  });
  return { columns, distance };
}
