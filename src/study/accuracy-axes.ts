import { coverageOf, ignorableName, isIgnoredBy, isPrecisionPath, type EvaluatorKind } from "../accuracy/index.ts";
import { FACTOR_NAMES } from "../cost/index.ts";
import { didYouMean, type Problem } from "../errors/index.ts";
import {
  applySettings,
  listSetPaths,
  placeInSpace,
  problemAtSpan,
  spanAt,
  type AccuracySettings,
  type SourceDocument,
  type SpaceParameter,
  type Study,
} from "../spec/index.ts";

/**
 * Axes of a study that its accuracy does not see: designs that differ in them alone would all come out equally accurate, and the
 * cheapest would win for nothing. Each is a problem, unless the study says that accuracy ignores it.
 */
export function axisProblems(study: Study, document: SourceDocument): readonly Problem[] {
  const { accuracy, space } = study;
  if (accuracy === null) return [];
  const ignored = accuracy.ignore ?? [];
  const open = space.filter(
    (parameter) =>
      coverageOf(accuracy, parameter.path) === "unknown" &&
      !ignored.some((name) => isIgnoredBy(name, parameter.path)) &&
      isVaried(study, parameter),
  );
  const names = [...new Set([...ignored, ...open.map(({ path }) => ignorableName(path))])].join(", ");
  const unpriced = open.map(({ path }) => {
    const message = `space.${path} may change how accurate a design is, and ${nameOf(accuracy)} does not price it: all of its values would come out equally accurate. Add accuracy: { ignore: [${names}] }, which then stands beside every result, take it out of the space, or ask for no accuracy (accuracy: none).`;
    return problemAtSpan(
      document,
      spanAt(document, placeInSpace(document, path), "key"),
      "accuracy/unpriced-axis",
      message,
    );
  });
  return [...ignoreProblems(accuracy, document), ...unpriced];
}

const nameOf = ({ evaluator, metric }: EvaluatorKind): string =>
  evaluator === "predictor" ? `the predictor of ${metric}` : `the command that measures ${metric}`;

/** One value, that of the start, is no choice. */
function isVaried({ specs }: Study, { path, values }: SpaceParameter): boolean {
  if (values.length > 1) return true;
  const { model, hardware } = applySettings(specs, [{ path, value: values[0] }], FACTOR_NAMES);
  const before = JSON.stringify([specs.model, specs.hardware.precision]);
  return JSON.stringify([model, hardware.precision]) !== before;
}

/** A name of `accuracy.ignore` that holds nothing, or something that is priced, would be read and not followed. */
function ignoreProblems(accuracy: AccuracySettings, document: SourceDocument): readonly Problem[] {
  const paths = listSetPaths(FACTOR_NAMES).map(({ path }) => path);
  return (accuracy.ignore ?? []).flatMap((name, at): readonly Problem[] => {
    const whole = name.replace(/\.\d+(-\d+)?$/, "");
    const held = paths.filter((path) => isIgnoredBy(whole, path));
    const wrong = (code: string, message: string, hint: string | null = null): readonly Problem[] => [
      problemAtSpan(document, spanAt(document, ["accuracy", "ignore", at], "value"), code, message, hint),
    ];
    if (held.length === 0) {
      const known = [...new Set(paths.filter(isPrecisionPath).map(ignorableName)), ...paths];
      const message = `accuracy.ignore names ${name}, which is no path that a space can hold, and no beginning of one.`;
      return wrong("spec/unknown-path", message, didYouMean(name, known));
    }
    const seen = held.find((path) => coverageOf(accuracy, path) !== "unknown");
    if (seen === undefined) return [];
    const why =
      coverageOf(accuracy, seen) === "priced"
        ? `${nameOf(accuracy)} prices ${seen}`
        : `accuracy does not depend on ${seen} by nature`;
    return wrong("spec/conflict", `accuracy.ignore names ${name}, but ${why}: leave it out.`);
  });
}
