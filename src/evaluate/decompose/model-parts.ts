import type { ModelSpec } from "../../spec/model.ts";
import {
  buildWorkload,
  clipPeaks,
  clipText,
  clipVision,
  filledSizes,
  storedPeak,
  sumOfSizes,
  type Operator,
  type StoredSize,
} from "../../workload/index.ts";

/** What one tower, or what belongs to no tower, adds to a model. */
export interface ModelPart {
  readonly operators: readonly Operator[];
  /** Of the trained parameters. */
  readonly parameters: StoredSize;
  /** KV cache at its longest. */
  readonly cache: StoredSize;
  /** Activations that live beside it while the part runs, the largest of several; of parts that run one after the other, the most counts. */
  readonly peaks: readonly StoredSize[];
}

/** Activations and KV cache that live while a part runs. */
export function liveOf({ cache, peaks }: Pick<ModelPart, "cache" | "peaks">): readonly StoredSize[] {
  return peaks.map((each) => sumOfSizes(cache, each));
}

/** A model in parts that do not depend on each other: two towers of a dual encoder, or one tower that is everything. */
export type TowerSide = 0 | 1;

const NO_SIZE: StoredSize = { bits: 0, elements: 0 };
const NOTHING: ModelPart = { operators: [], parameters: NO_SIZE, cache: NO_SIZE, peaks: [NO_SIZE] };

export function towerCountOf({ family }: ModelSpec): 1 | 2 {
  return family === "clip" ? 2 : 1;
}

/** One tower of a model; side 1 of a model with one tower is empty. */
export function towerPart(model: ModelSpec, side: TowerSide, batch: number): ModelPart {
  if (model.family !== "clip") return side === 0 ? wholeOf(model, batch) : NOTHING;
  const { parameters } = filledSizes(buildWorkload(model, batch));
  const { text, vision, embedding } = model;
  const plain = clipPeaks(model, batch, false);
  const tower = side === 0 ? "text" : "vision";
  return {
    operators: side === 0 ? clipText(text, embedding, batch) : clipVision(vision, embedding, batch),
    parameters: parameters[tower] ?? NO_SIZE,
    cache: NO_SIZE,
    peaks: storedPeak(model[tower], plain[tower]),
  };
}

/** What runs beside the towers, whatever they are. */
export function jointPart(model: ModelSpec, batch: number): ModelPart {
  if (model.family !== "clip") return NOTHING;
  const workload = buildWorkload(model, batch);
  return {
    operators: workload.operators.filter(({ tower }) => tower === "joint"),
    parameters: filledSizes(workload).parameters["joint"] ?? NO_SIZE,
    cache: NO_SIZE,
    peaks: [NO_SIZE],
  };
}

function wholeOf(model: ModelSpec, batch: number): ModelPart {
  const workload = buildWorkload(model, batch);
  const { parameters, kvCache, peak } = filledSizes(workload);
  return {
    operators: workload.operators,
    parameters: sumOfSizes(...Object.values(parameters)),
    cache: kvCache,
    peaks: peak,
  };
}
