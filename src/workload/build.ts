import type { ModelSpec } from "../spec/model.ts";
import { bertWorkload } from "./bert.ts";
import { clipWorkload } from "./clip.ts";
import { decoderWorkload } from "./decoder.ts";
import { encoderDecoderWorkload } from "./encoder-decoder.ts";
import { sizesOf } from "./model-sizes.ts";
import type { Workload } from "./operator.ts";
import { operatorsWorkload } from "./operators.ts";
import { towersWorkload } from "./towers.ts";
import { vitWorkload } from "./vit.ts";

/**
 * All operators of one inference of `batch` inputs, in the order in which they run, with parameters, KV cache and peak activations.
 *
 * @param batch  inputs in one inference, whole, ≥ 1 (CLIP: texts and images each)
 * @throws RangeError where the model contradicts itself
 */
export function buildWorkload(model: ModelSpec, batch: number): Workload {
  if (!Number.isInteger(batch) || batch < 1) throw new RangeError(`batch is ${batch}, but must be a whole number ≥ 1`);
  const workload = workloadOf(model, batch);
  const sizes = sizesOf(model, batch, workload, buildWorkload);
  return sizes === undefined ? workload : { ...workload, sizes };
}

function workloadOf(model: ModelSpec, batch: number): Workload {
  switch (model.family) {
    case "clip":
      return clipWorkload(model, batch);
    case "vit":
      return vitWorkload(model, batch);
    case "bert":
      return bertWorkload(model, batch);
    case "decoder":
      return decoderWorkload(model, batch);
    case "encoder-decoder":
      return encoderDecoderWorkload(model, batch);
    case "towers":
      return towersWorkload(model, batch, buildWorkload);
    case "operators":
      return operatorsWorkload(model, batch);
  }
}
