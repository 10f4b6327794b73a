import {
  coverageOf,
  createPredictor,
  formatsOf,
  groupOf,
  ignorableName,
  isIgnorable,
  seenFormats,
  isIgnoredBy,
  isPrecisionPath,
  type EvaluatorKind,
} from "../accuracy/index.ts";
import { FACTOR_NAMES } from "../cost/index.ts";
import { didYouMean, SpecError, type Problem } from "../errors/index.ts";
import {
  applySettings,
  approximateMultiplier,
  listSetPaths,
  placeInSpace,
  problemAtSpan,
  spanAt,
  type AccuracySettings,
  type SourceDocument,
  TOWER_NAMES,
  type Setting,
  type SpaceParameter,
  type SpecSet,
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
  return [
    ...ignoreProblems(accuracy, document),
    ...unpriced,
    ...multiplierProblems(study, document),
    ...uncoveredProblems(study, document),
  ];
}

const MULTIPLIER = "precision.multiplier";

/** Multipliers of the starting chip that err, where no axis says so already: every accuracy would be that of exact ones. */
function multiplierProblems({ accuracy, space, specs }: Study, document: SourceDocument): readonly Problem[] {
  const circuit = approximateMultiplier(specs.hardware.precision);
  const isKnown = space.some(({ path }) => path === MULTIPLIER);
  if (circuit === null || isKnown || accuracy === null) return [];
  const ignored = accuracy.ignore ?? [];
  if (ignored.some((name) => isIgnoredBy(name, MULTIPLIER))) return [];
  const message = `The arrays multiply with ${circuit.name}, which errs, and ${nameOf(accuracy)} does not price that. Add accuracy: { ignore: [${[...ignored, MULTIPLIER].join(", ")}] }, which then stands beside every result, or ask for no accuracy (accuracy: none).`;
  return [problemAtSpan(document, spanAt(document, ["hardware"], "value"), "accuracy/unpriced-axis", message)];
}

const OPERAND_OF: Readonly<Record<string, string>> = {
  "precision.weight": "weights",
  "precision.input": "activations",
};

/** Values that are narrower than any published row, and a start that is so itself. */
function uncoveredProblems({ accuracy, space, specs }: Study, document: SourceDocument): readonly Problem[] {
  const seen = seenFormats(
    accuracy,
    space.map(({ path }) => path),
  );
  if (accuracy === null || seen === null) return [];
  const predictor = createPredictor(accuracy.metric);
  const reasonsOf = ({ model, hardware }: SpecSet): readonly { readonly operand: string; readonly reason: string }[] =>
    predictor.unpriced(model, formatsOf(seen, hardware));
  const problem = (path: readonly string[], message: string): Problem =>
    problemAtSpan(document, spanAt(document, path, "key"), "accuracy/unpriced-precision", message);
  const varied = space.filter(({ path }) => isPrecisionPath(path) && coverageOf(accuracy, path) === "priced");
  const known = new Set<string>();
  const ofAxes = varied.flatMap(({ path, values }) => {
    const [, first, second] = path.split(".");
    const sparse = groupOf(path) === "sparsity" ? "sparsity" : undefined;
    const isOfModel = groupOf(path) === "model";
    const tokens = isOfModel ? (path.endsWith(".threshold") ? "activationSparsity" : "tokens") : undefined;
    const operand =
      OPERAND_OF[path] ?? sparse ?? tokens ?? (TOWER_NAMES.some((name) => name === first) ? second : first)!;
    known.add(operand);
    const reasons = values.flatMap((value) =>
      variantsOf(specs, space, { path, value }).flatMap((variant) =>
        reasonsOf(variant).filter((each) => each.operand === operand),
      ),
    );
    const texts = [...new Set(reasons.map(({ reason }) => reason))];
    if (texts.length === 0) return [];
    const message = `space.${path} holds what is not priced, and nothing is extrapolated: ${texts.join("; ")}. Take them out, say another method (quantisation.method, scales, rotated of the model), or add accuracy: { ignore: [${ignorableName(path)}] }, which then stands beside every result.`;
    return [problem(placeInSpace(document, path), message)];
  });
  const others = reasonsOf(specs).filter(({ operand }) => !known.has(operand));
  if (others.length === 0) return ofAxes;
  const texts = [...new Set(others.map(({ reason }) => reason))].join("; ");
  const message = `The study varies what accuracy is priced by, and what it does not vary is not priced: ${texts}. Widen it, or add accuracy: { ignore: [${[...new Set(varied.map(({ path }) => ignorableName(path)))].join(", ")}] }.`;
  return [...ofAxes, problem(["space"], message)];
}

/** A family of parameters: `sparsity.text.weights` and `sparsity.text.method`. */
const familyOf = (path: string): string => path.slice(0, path.lastIndexOf("."));
const MOST_VARIANTS = 1000;

/**
 * Specs with one value of the space, and with it all values of the parameters that it belongs together with: a method needs what it is a
 * method of. Where none of them fits, as sparse weights do not that have no width, all number formats of the space are tried with it. What
 * does not fit together is left out, as no design is so.
 */
function variantsOf(specs: SpecSet, space: readonly SpaceParameter[], setting: Setting): readonly SpecSet[] {
  const others = space.filter(({ path }) => path !== setting.path);
  const kin = others.filter(({ path }) => familyOf(path) === familyOf(setting.path));
  const near = fitting(specs, setting, kin);
  if (near.length > 0) return near;
  return fitting(
    specs,
    setting,
    others.filter(({ path }) => isPrecisionPath(path)),
  );
}

/** All values of `kin` beside a setting, as far as they fit; settings are applied in an order of their own. */
function fitting(specs: SpecSet, setting: Setting, kin: readonly SpaceParameter[]): readonly SpecSet[] {
  const product = kin.reduce<readonly (readonly Setting[])[]>(
    (sets, { path, values }) =>
      sets.flatMap((set) => values.map((value) => [...set, { path, value }])).slice(0, MOST_VARIANTS),
    [[setting]],
  );
  return product.flatMap((settings) => {
    const variant = applied(specs, settings);
    return variant === null ? [] : [variant];
  });
}

/** Null: the settings do not fit. */
function applied(specs: SpecSet, settings: readonly Setting[]): SpecSet | null {
  try {
    return applySettings(specs, settings, FACTOR_NAMES);
  } catch (error) {
    if (error instanceof SpecError) return null;
    throw error;
  }
}

const nameOf = ({ evaluator, metric }: EvaluatorKind): string =>
  evaluator === "predictor" ? `the predictor of ${metric}` : `the command that measures ${metric}`;

/** One value, that of the start, is no choice. */
function isVaried({ specs }: Study, { path, values }: SpaceParameter): boolean {
  if (values.length > 1) return true;
  const variant = applied(specs, [{ path, value: values[0] }]);
  // What fits beside another parameter alone is a choice of that one.
  if (variant === null) return true;
  const { model, hardware } = variant;
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
    if (isIgnorable(name)) return [];
    const seen = held.find((path) => coverageOf(accuracy, path) !== "unknown");
    if (seen === undefined) return [];
    const why =
      coverageOf(accuracy, seen) === "priced"
        ? `${nameOf(accuracy)} prices ${seen}`
        : `accuracy does not depend on ${seen} by nature`;
    return wrong("spec/conflict", `accuracy.ignore names ${name}, but ${why}: leave it out.`);
  });
}
