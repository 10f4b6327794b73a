import type { ModelSpec } from "../../spec/model.ts";
import { buildWorkload, clipPeaks, clipText, clipVision, type Operator } from "../../workload/index.ts";

/** What one tower, or what belongs to no tower, adds to a model. */
export interface ModelPart {
  readonly operators: readonly Operator[];
  /** Trained parameters. */
  readonly parameters: number;
  /** Activation and KV cache elements that live while it runs; of parts that run one after the other, the most counts. */
  readonly live: number;
}

/** A model in parts that do not depend on each other: two towers of a dual encoder, or one tower that is everything. */
export type TowerSide = 0 | 1;

const NOTHING: ModelPart = { operators: [], parameters: 0, live: 0 };

export function towerCountOf({ family }: ModelSpec): 1 | 2 {
  return family === "clip" ? 2 : 1;
}

/** One tower of a model; side 1 of a model with one tower is empty. */
export function towerPart(model: ModelSpec, side: TowerSide, batch: number): ModelPart {
  if (model.family !== "clip") return side === 0 ? wholeOf(model, batch) : NOTHING;
  const { parameters } = buildWorkload(model, batch);
  const { text, vision, embedding } = model;
  const live = clipPeaks(model, batch, false);
  return side === 0
    ? { operators: clipText(text, embedding, batch), parameters: parameters["text"] ?? 0, live: live.text }
    : { operators: clipVision(vision, embedding, batch), parameters: parameters["vision"] ?? 0, live: live.vision };
}

/** What runs beside the towers, whatever they are. */
export function jointPart(model: ModelSpec, batch: number): ModelPart {
  if (model.family !== "clip") return NOTHING;
  const { operators, parameters } = buildWorkload(model, batch);
  return {
    operators: operators.filter(({ tower }) => tower === "joint"),
    parameters: parameters["joint"] ?? 0,
    live: 0,
  };
}

function wholeOf(model: ModelSpec, batch: number): ModelPart {
  const { operators, parameters, kvCacheElements, peakActivationElements } = buildWorkload(model, batch);
  return {
    operators,
    parameters: Object.values(parameters).reduce((sum, count) => sum + count, 0),
    live: kvCacheElements + peakActivationElements,
  };
}
