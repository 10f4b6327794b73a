import { createDecomposition } from "../../evaluate/index.ts";
import { bestHardware, pointKey, type GreyBox, type Point } from "../../search/index.ts";
import { isModelPath, type Study } from "../../spec/index.ts";
import { pauseUntil } from "./pause.ts";
import { decompositionRequest } from "./split-space.ts";
import { enumerationOptions } from "./tasks.ts";

/**
 * What a study knows of its models before their accuracy: the costs of each on its best hardware.
 *
 * @throws InputError where the study is no sum over parts; the signal's reason
 */
export async function greyBoxOf(study: Study, signal = new AbortController().signal): Promise<GreyBox> {
  const request = { ...decompositionRequest(study, false), accuracyMetric: null };
  const { space } = study;
  const isKnown = ({ metric }: { readonly metric: string }): boolean => metric !== "accuracy";
  const objectives = study.objectives.filter(isKnown);
  const constraints = study.constraints.filter(isKnown);
  const decomposition = createDecomposition(request);
  const asked = enumerationOptions({ request, objectives, constraints });
  const best = await bestHardware(decomposition, asked, pauseUntil(signal));
  const options = ([0, 1] as const).map((side) =>
    Array.from({ length: decomposition.optionCounts[side] }, (_, i) => decomposition.pointOf(side, i)),
  );
  const places = options.map((points) => new Map(points.map((point, i) => [pointKey(point), i])));
  const partKey = (point: Point, side: number): string => {
    const paths = Object.keys(options[side]?.[0] ?? {});
    return pointKey(Object.fromEntries(paths.map((path) => [path, point[path]!])));
  };
  const paths = space.map(({ path }) => path);
  const inOrder = (point: Point): Point =>
    Object.fromEntries(paths.flatMap((path) => (Object.hasOwn(point, path) ? [[path, point[path]!]] : [])));
  return {
    metric: "accuracy",
    // The predictor's interval is what it does not know, the same for models alike, and no noise.
    interval: study.accuracy?.evaluator === "command" ? ["accuracy_low", "accuracy_high"] : null,
    paths: paths.filter(isModelPath),
    complete: (model) => {
      const [a, b] = [places[0]!.get(partKey(model, 0)), places[1]!.get(partKey(model, 1))];
      if (a === undefined || b === undefined) return [];
      return best
        .of(a, b)
        .map(({ hardware, costs }) => ({ point: inOrder({ ...request.hardware[hardware]!, ...model }), costs }));
    },
  };
}
