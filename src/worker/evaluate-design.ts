import { createPredictor } from "../accuracy/index.ts";
import { CostError, FACTOR_NAMES, keepsUp, reticleLimit } from "../cost/index.ts";
import { SpecError } from "../errors/index.ts";
import { knownMetricsOf, metricsOf, type Evaluation } from "../evaluate/index.ts";
import { GemmProblemError, UnmodelledHardwareError } from "../sim/index.ts";
import { applySettings, settingsOfPoint, type SpecSet } from "../spec/index.ts";
import { brokenCheapLimits, outcomeOfBroken, type BrokenLimit } from "./design-limits.ts";
import { evaluateUnderPolicy } from "./mapping-policy.ts";
import { detailWith, outcomeWith } from "./with-accuracy.ts";
import type { DesignContext, DesignDetail, DesignOutcome, DesignPoint } from "./design.ts";

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
}

/** @throws AccuracyRefusal for a metric that the predictor does not know */
export function createDesignEvaluator(context: DesignContext): DesignEvaluator {
  const { base, mapping, limits, asked, accuracyMetric } = context;
  const predictor = accuracyMetric === null ? null : createPredictor(accuracyMetric);
  const specsOf = (point: DesignPoint): SpecSet => applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
  const brokenBy = (specs: SpecSet): readonly BrokenLimit[] =>
    brokenCheapLimits(limits, specs, () => predictor?.evaluate(specs.model).accuracy ?? null);

  const outcomeOf = (specs: SpecSet): DesignOutcome => {
    const [broken] = brokenBy(specs);
    if (broken !== undefined) return outcomeOfBroken(broken);
    const evaluation = evaluateUnderPolicy(specs, mapping, limits);
    const infeasible = evaluation.kind === "infeasible" ? evaluation : limitsOfUse(evaluation);
    if (infeasible !== null) {
      const { constraint, by, unit } = infeasible;
      return { kind: "infeasible", constraint, by, unit };
    }
    const metrics = knownMetricsOf(evaluation as Evaluation, asked);
    for (const metric of asked) {
      const value = metrics[metric];
      if (value !== undefined && typeof value !== "number") return ruledOut(value.reason);
    }
    const known = Object.entries(metrics).filter((entry): entry is [string, number] => typeof entry[1] === "number");
    const outcome = { kind: "evaluated", metrics: Object.fromEntries(known) } as const;
    return predictor === null ? outcome : outcomeWith(outcome, predictor.evaluate(specs.model));
  };

  return {
    specsOf,
    outcome: (point) => {
      try {
        return outcomeOf(specsOf(point));
      } catch (error) {
        return outcomeOfRefusal(error);
      }
    },
    brokenCheap: (point) => brokenBy(specsOf(point)),
    detail: (point) => {
      const specs = specsOf(point);
      const evaluation = evaluateUnderPolicy(specs, mapping, limits);
      if (evaluation.kind === "infeasible") return null;
      return predictor === null
        ? detailOf(evaluation, asked)
        : detailWith(detailOf(evaluation, asked), predictor.evaluate(specs.model));
    },
  };
}

/** A device that cannot keep up with its profile, or a die that no exposure can print. */
function limitsOfUse({ latency_s, design, area }: Evaluation) {
  const { infeasible } = keepsUp(latency_s, design.deployment);
  return infeasible ?? (area.total === null ? null : reticleLimit(area));
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
  const isOfPoint = [CostError, GemmProblemError, UnmodelledHardwareError].some((kind) => error instanceof kind);
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
  };
}
