import { square } from "../math/index.ts";
import type { VisionTower, VitModel } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { imageEmbedding, patchesOf } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { linear, outsideLayers } from "./make-operator.ts";
import { imageEmbeddingParameters, stackParameters } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { poolImage } from "./pooling.ts";

/** ViT with a classifier of `classes` outputs (0: none) on `batch` images. Structure: Dosovitskiy et al. 2020. */
export function vitWorkload(model: VitModel, batch: number): Workload {
  const { vision, classes } = model;
  const { tokens, hidden } = vision;
  const pixels = batch * vision.channels * square(vision.imageSize);
  return {
    model: model.name,
    operators: vitVision(vision, classes, batch),
    parameters: {
      vision:
        imageEmbeddingParameters(vision, vision.bias === true) + stackParameters(vision) + classifier(vision, classes),
    },
    kvCacheElements: 0,
    peakActivationElements: Math.max(
      pixels + batch * patchesOf(vision) * hidden,
      peakOfStack(vision, { batch, queries: tokens, keys: tokens, kvCache: false }),
    ),
  };
}

/** The last normalisation covers all tokens; the class token (or the mean) is classified. */
export function vitVision(tower: VisionTower, classes: number, batch: number): readonly Operator[] {
  const place = outsideLayers("vision");
  return [
    ...imageEmbedding(tower, batch, place),
    ...encoderLayers(tower, batch, place),
    ...finalNorm(tower, batch * tower.tokens, place),
    poolImage(tower, batch, place),
    ...(classes > 0 ? [linear(place, "head", "head", { rows: batch, k: tower.hidden, n: classes })] : []),
  ];
}

/** The classifier has a bias, whether or not the layers have. */
function classifier(tower: VisionTower, classes: number): number {
  return classes * (tower.hidden + 1);
}
