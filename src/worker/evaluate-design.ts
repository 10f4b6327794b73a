import { AccuracyRefusal, createPredictor, formatsOf, type AccuracyEstimate } from "../accuracy/index.ts";
import { CostError, FACTOR_NAMES, keepsUp, reticleLimit } from "../cost/index.ts";
import { SpecError } from "../errors/index.ts";
import { knownMetricsOf, metricsOf, rooflineOf, type Evaluation } from "../evaluate/index.ts";
import { GemmProblemError, UnmodelledHardwareError } from "../sim/index.ts";
import { assess, createFront } from "../search/index.ts";
import { applySettings, settingsOfPoint, type SpecSet } from "../spec/index.ts";
import { brokenCheapLimits, outcomeOfBroken, type BrokenLimit } from "./design-limits.ts";
import { evaluateUnderPolicy } from "./mapping-policy.ts";
import { detailWith, outcomeWith } from "./with-accuracy.ts";
import type { DesignContext, DesignDetail, DesignOutcome, DesignPoint, DesignResult, DesignTask } from "./design.ts";

/** Turns points of one study into numbers. Pure: equal points give equal results in any thread. */
export interface DesignEvaluator {
  /** The specs that a point stands for. @throws SpecError where its settings do not fit together */
  specsOf(point: DesignPoint): SpecSet;
  /** Metrics, or why there are none; limits that need no simulation are checked first. */
  outcome(point: DesignPoint): DesignOutcome;
  /** Limits that need no simulation and that the point breaks, all of them. */
  brokenCheap(point: DesignPoint): readonly BrokenLimit[];
  /** Everything that a report shows; limits are not looked at. Null: there is no evaluation. */
  detail(point: DesignPoint): DesignDetail | null;
  /**
   * What a task wants. `both` has a detail where no design of the tasks before dominates this one: those of the front of all tasks
   * are among them, whichever evaluators have answered them.
   */
  answer(task: DesignTask): DesignResult;
}

/** @throws AccuracyRefusal for a metric that the predictor does not know */
export function createDesignEvaluator(context: DesignContext): DesignEvaluator {
  const { base, mapping, limits, aims, asked, accuracyMetric } = context;
  const predictor = accuracyMetric === null ? null : createPredictor(accuracyMetric);
  const { seenFormats: seen = null } = context;
  const predicted = ({ model, hardware }: SpecSet): AccuracyEstimate =>
    predictor!.evaluate(model, seen === null ? null : formatsOf(seen, hardware));
  const specsOf = (point: DesignPoint): SpecSet => applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
  const brokenBy = (specs: SpecSet): readonly BrokenLimit[] =>
    brokenCheapLimits(limits, specs, () => (predictor === null ? null : predicted(specs).accuracy));

  const completed = (detail: DesignDetail, specs: SpecSet): DesignDetail =>
    predictor === null ? detail : detailWith(detail, predicted(specs));

  const runOf = (specs: SpecSet): Run => {
    const [broken, ...others] = brokenBy(specs);
    if (broken !== undefined) return { outcome: outcomeOfBroken([broken, ...others]) };
    const evaluation = evaluateUnderPolicy(specs, mapping, limits);
    const infeasible = evaluation.kind === "infeasible" ? evaluation : limitsOfUse(evaluation);
    if (infeasible !== null) {
      const { constraint, by, unit } = infeasible;
      return { outcome: { kind: "infeasible", constraint, by, unit } };
    }
    const metrics = knownMetricsOf(evaluation as Evaluation, asked);
    for (const metric of asked) {
      const value = metrics[metric];
      if (value !== undefined && typeof value !== "number") return { outcome: ruledOut(value.reason) };
    }
    const known = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number");
    const plain = { kind: "evaluated", metrics: Object.fromEntries(known) } as const;
    const outcome = predictor === null ? plain : outcomeWith(plain, predicted(specs));
    return { outcome, evaluation: evaluation as Evaluation };
  };
  const outcome = (point: DesignPoint): Run & { readonly specs?: SpecSet } => {
    try {
      const specs = specsOf(point);
      return { specs, ...runOf(specs) };
    } catch (error) {
      return { outcome: outcomeOfRefusal(error) };
    }
  };
  const detail = (point: DesignPoint): DesignDetail | null => {
    const specs = specsOf(point);
    const evaluation = evaluateUnderPolicy(specs, mapping, limits);
    return evaluation.kind === "infeasible" ? null : completed(detailOf(evaluation, asked), specs);
  };
  const front = createFront();
  /** Whether a design may be on the front of all: no other one that was seen here dominates it. */
  const isPromising = (each: DesignOutcome): boolean => {
    if (aims === null) return each.kind === "evaluated";
    const assessment = assess(each, aims, limits);
    return assessment.kind === "feasible" && front.add({ number: front.size, costs: assessment.costs });
  };

  return {
    specsOf,
    outcome: (point) => outcome(point).outcome,
    brokenCheap: (point) => brokenBy(specsOf(point)),
    detail,
    answer: ({ want, point }) => {
      if (want === "detail") return { outcome: null, detail: detail(point) };
      const run = outcome(point);
      const isWanted = want === "both" && run.evaluation !== undefined && isPromising(run.outcome);
      return {
        outcome: run.outcome,
        detail: isWanted ? completed(detailOf(run.evaluation, asked), run.specs!) : null,
      };
    },
  };
}

/** An outcome, and the evaluation that it comes of; left out: a limit, or the machine, has ruled the design out. */
interface Run {
  readonly outcome: DesignOutcome;
  readonly evaluation?: Evaluation;
}

/** A device that cannot keep up with its profile, or a die that no exposure can print. */
function limitsOfUse({ latency_s, design, area }: Evaluation) {
  const { infeasible } = keepsUp(latency_s, design.deployment);
  return infeasible ?? (area.total === null ? null : reticleLimit(area, design.hardware));
}

/**
 * Settings that do not fit together, sizes that a table does not have, and machines and products that the core refuses rule a
 * point out; the rest is a bug.
 */
function outcomeOfRefusal(error: unknown): DesignOutcome {
  return ruledOut(reasonOfRefusal(error));
}

/** Why settings rule a point out. @throws the error where it is a bug */
export function reasonOfRefusal(error: unknown): string {
  const isOfPoint = [AccuracyRefusal, CostError, GemmProblemError, UnmodelledHardwareError].some(
    (kind) => error instanceof kind,
  );
  const reason = isOfPoint
    ? (error as Error).message
    : error instanceof SpecError
      ? error.problems[0]?.message
      : undefined;
  if (reason === undefined) throw error;
  return reason;
}

const ruledOut = (reason: string): DesignOutcome => ({ kind: "infeasible", constraint: reason, by: 0, unit: "" });

function detailOf(evaluation: Evaluation, asked: readonly string[]): DesignDetail {
  const { energy, area, embodied, operational } = evaluation;
  const isKnown = operational.total !== null;
  return {
    metrics: metricsOf(evaluation, asked),
    extrapolation: [],
    nearest: "",
    energy,
    area,
    embodied,
    operational: isKnown ? { total: operational.total, parts: operational.parts } : operational,
    idlePolicy: isKnown ? operational.policy : null,
    alwaysOn: isKnown ? operational.alwaysOnTotal : null,
    unusable: limitsOfUse(evaluation)?.detail ?? null,
    roofline: rooflineOf(evaluation),
  };
}
