import * as z from "zod";
import { FACTOR_NAMES } from "../cost/index.ts";
import { escapeJson, SpecError, type Problem } from "../errors/index.ts";
import { parseDeployment, problemsOfSetting } from "../spec/index.ts";
import { createSweepEvaluator, type SweepEvaluator } from "../worker/index.ts";
import { hardwareOf, isLasting, modelOf, type Allowances } from "./inputs.ts";
import { list, map, named, paramsOf } from "./params.ts";

type Scalar = string | number | boolean;
const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))], {
  error: "must be a number, a text, true, false, or a list of them",
});
const paramsSchema = z.strictObject({
  model: named("a model"),
  hardware: named("hardware"),
  deployment: map.optional(),
  accuracy: z.boolean({ error: "must be true or false" }).optional(),
  designs: list(
    z.record(z.string(), value, { error: "must be a map of paths and values" }),
    "maps of paths and values",
  ),
});

type Design = Readonly<Record<string, Scalar | Scalar[]>>;

/** What the designs of a request share, and what was answered before. */
interface Base {
  readonly evaluate: SweepEvaluator;
  /** Answers by the text of a design. */
  readonly answers: Map<string, string>;
}

const MOST_BASES = 16;
/** Of one base, some 600 bytes each. The whole memory is dropped when it is full; nothing depends on it. */
const MOST_ANSWERS = 20_000;

/** `evaluate`: designs as `simulate` evaluates them. */
export function createDesigns(allowed: Allowances): (params: Readonly<Record<string, unknown>>) => string {
  const bases = new Map<string, Base>();

  const baseOf = ({ model, hardware, deployment, accuracy = false }: z.output<typeof paramsSchema>): Base => {
    const isKept = isLasting("models", model) && isLasting("hardware", hardware);
    const key = JSON.stringify([model, hardware, deployment ?? null, accuracy]);
    const known = isKept ? bases.get(key) : undefined;
    if (known !== undefined) return known;
    const evaluate = createSweepEvaluator({
      models: [modelOf(model, allowed)],
      hardware: [hardwareOf(hardware, allowed)],
      deployment: deployment === undefined ? null : parseDeployment(deployment, "params.deployment"),
      ...{ limits: [], asked: [], wantsAccuracy: accuracy },
    });
    const base = { evaluate, answers: new Map<string, string>() };
    if (bases.size >= MOST_BASES) bases.clear();
    if (isKept) bases.set(key, base);
    return base;
  };

  return (written) => {
    const params = paramsOf(paramsSchema, written);
    const { evaluate, answers } = baseOf(params);
    const texts = params.designs.map((design) => JSON.stringify(design));
    const fresh = params.designs.filter((_, i) => !answers.has(texts[i]!));
    if (answers.size + fresh.length > MOST_ANSWERS) answers.clear();
    checkDesigns(params.designs);
    const lines = params.designs.map((design, i) => {
      const text = texts[i]!;
      const answer = answers.get(text) ?? answerOf(evaluate, design);
      answers.set(text, answer);
      return answer;
    });
    return `{"designs":[${lines.join(",")}]}`;
  };
}

/** @throws SpecError with every path and value that is wrong */
function checkDesigns(designs: readonly Design[]): void {
  const problems = designs.flatMap((design, i) =>
    settingsOf(design).flatMap((setting) =>
      problemsOfSetting(setting, FACTOR_NAMES).map((problem): Problem => ({
        ...problem,
        file: `params.designs[${i}]`,
      })),
    ),
  );
  if (problems.length > 0) throw new SpecError(problems);
}

function settingsOf(design: Design) {
  return Object.entries(design).map(([path, value]) => ({ path, value }));
}

/** Text of what is known of a design; JSON has no number that is not finite, and nor have metrics. */
function answerOf(evaluate: SweepEvaluator, design: Design): string {
  const { metrics, unknown, violations } = evaluate({ model: 0, hardware: 0, settings: settingsOf(design) });
  return escapeJson(JSON.stringify({ feasible: violations.length === 0, violations, metrics, unknown }));
}
