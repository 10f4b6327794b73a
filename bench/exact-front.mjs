import { hypervolume, nadirOf, valuesOf } from "../dist/src/search/index.js";
import { enumerateOnWorkers } from "../dist/src/study/exact/enumerate.js";
import { decompositionRequest } from "../dist/src/study/exact/split-space.js";

/** Designs of a study's exact front, its nadir as the reference point, and its hypervolume by that. */
export async function exactFront(study, workers) {
  const { objectives, constraints } = study;
  const { result } = await enumerateOnWorkers(
    { request: decompositionRequest(study), objectives, constraints },
    {
      workers,
      signal: new AbortController().signal,
      isCountedInFull: false,
      blocks: null,
      onProgress: () => undefined,
    },
  );
  const front = result.front.map(({ values }) => valuesOf(values, objectives));
  const reference = nadirOf(front);
  return { designs: result.front, reference, most: hypervolume(front, reference) };
}
