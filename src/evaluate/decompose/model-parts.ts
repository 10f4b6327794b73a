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
  /** Activations and KV cache that live while it runs, the largest of several; of parts that run one after the other, the most counts. */
  readonly live: readonly StoredSize[];
}

/** A model in parts that do not depend on each other: two towers of a dual encoder, or one tower that is everything. */
export type TowerSide = 0 | 1;

const NO_SIZE: StoredSize = { bits: 0, elements: 0 };
const NOTHING: ModelPart = { operators: [], parameters: NO_SIZE, live: [NO_SIZE] };

export function towerCountOf({ family }: ModelSpec): 1 | 2 {
  return family === "clip" ? 2 : 1;
}

/** One tower of a model; side 1 of a model with one tower is empty. */
export function towerPart(model: ModelSpec, side: TowerSide, batch: number): ModelPart {
  if (model.family !== "clip") return side === 0 ? wholeOf(model, batch) : NOTHING;
  const { parameters } = filledSizes(buildWorkload(model, batch));
  const { text, vision, embedding } = model;
  const plain = clipPeaks(model, batch, false);
  const live = (tower: "text" | "vision"): readonly StoredSize[] => storedPeak(model[tower], plain[tower]);
  return side === 0
    ? { operators: clipText(text, embedding, batch), parameters: parameters["text"] ?? NO_SIZE, live: live("text") }
    : {
        operators: clipVision(vision, embedding, batch),
        parameters: parameters["vision"] ?? NO_SIZE,
        live: live("vision"),
      };
}

/** What runs beside the towers, whatever they are. */
export function jointPart(model: ModelSpec, batch: number): ModelPart {
  if (model.family !== "clip") return NOTHING;
  const workload = buildWorkload(model, batch);
  return {
    operators: workload.operators.filter(({ tower }) => tower === "joint"),
    parameters: filledSizes(workload).parameters["joint"] ?? NO_SIZE,
    live: [NO_SIZE],
  };
}

function wholeOf(model: ModelSpec, batch: number): ModelPart {
  const workload = buildWorkload(model, batch);
  const { parameters, kvCache, peak } = filledSizes(workload);
  return {
    operators: workload.operators,
    parameters: sumOfSizes(...Object.values(parameters)),
    live: peak.map((each) => sumOfSizes(kvCache, each)),
  };
}
