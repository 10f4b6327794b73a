import { naturalLog } from "./elementary.ts";
import type { StoredModel } from "./stored-fit.ts";
import type { Subject } from "./subject.ts";

/** Shape of a model for comparing: natural logs of block parameters and patches, 0 where there is no such tower. */
export function shapePoint({ text, vision }: Subject): readonly [text: number, vision: number, patches: number] {
  return [
    text ? naturalLog(text.blocks) : 0,
    vision ? naturalLog(vision.blocks) : 0,
    vision ? naturalLog(vision.patches) : 0,
  ];
}

/** Between equal shapes, the one trained on the same data is nearer; in the units of a natural log of parameters. */
const OTHER_DATA = 0.01;

/** Name of the fitted model nearest in shape; the first in the table wins a tie. */
export function nearestModel(models: readonly StoredModel[], subject: Subject): string {
  const [text, vision, patches] = shapePoint(subject);
  const data = subject.training?.data;
  let best = "";
  let least = Infinity;
  for (const model of models) {
    const [otherText, otherVision, otherPatches] = model.shape;
    const distance =
      (text - otherText) ** 2 +
      (vision - otherVision) ** 2 +
      (patches - otherPatches) ** 2 +
      (model.data === data ? 0 : OTHER_DATA);
    if (distance < least) {
      least = distance;
      best = model.name;
    }
  }
  return best;
}
