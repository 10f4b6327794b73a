import { log } from "../math/index.ts";
import type { StoredModel } from "./stored-fit.ts";
import type { Subject } from "./subject.ts";

/** Shape of a model for comparing: natural logs of block parameters and patches, 0 where there is no such tower. */
export function shapePoint({ text, vision }: Subject): readonly [text: number, vision: number, patches: number] {
  return [text ? log(text.blocks) : 0, vision ? log(vision.blocks) : 0, vision ? log(vision.patches) : 0];
}

/** Between equal shapes, the one trained on the same data is nearer; in the units of a natural log of parameters. */
const OTHER_DATA = 0.01;

/** Name of the fitted model nearest in shape; the first in the table wins a tie. */
export function nearestModel(models: readonly StoredModel[], subject: Subject): string {
  const point = shapePoint(subject);
  const data = subject.training?.data;
  let best = "";
  let least = Infinity;
  for (const { name, data: otherData, shape } of models) {
    const text = point[0] - shape[0];
    const vision = point[1] - shape[1];
    const patches = point[2] - shape[2];
    const distance = text * text + vision * vision + patches * patches + (otherData === data ? 0 : OTHER_DATA);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}
