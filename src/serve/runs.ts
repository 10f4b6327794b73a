import * as z from "zod";
import { escapeJson, InputError } from "../errors/index.ts";
import type { Outcome, Point } from "../search/index.ts";
import type { ModelSpec, Study } from "../spec/index.ts";
import { createMemoryEstimates } from "../store/index.ts";
import {
  completedOutcome,
  createAskTell,
  proposingStrategy,
  createCommandAccuracy,
  type AskTell,
  type CommandAccuracy,
  type OwnAccuracy,
} from "../study/index.ts";
import { createDesignEvaluator, designContext } from "../worker/index.ts";
import { studyOf, type Allowances } from "./inputs.ts";
import { choice, list, MOST_ITEMS, named, paramsOf, whole } from "./params.ts";
import { RPC_CODES, RpcError } from "./rpc.ts";

/** Runs that are open at a time. */
export const MOST_RUNS = 64;

const key = z
  .string({ error: "must be a text" })
  .min(1, { error: "must not be empty" })
  .max(200, { error: "is too long" });
const number = z.number({ error: "must be a finite number" });
const scalar = z.union([z.string(), z.number(), z.boolean()], { error: "must be a number, a text, true or false" });
const pointSchema = z.record(z.string(), scalar, { error: "must be a map of paths and values" });
const trial = whole(0, Number.MAX_SAFE_INTEGER);
const text = z.string({ error: "must be a text" }).max(10_000, { error: "is too long" });
const ruledOut = z.union(
  [
    text.transform((constraint) => ({ constraint, by: 0, unit: "" })),
    z.strictObject({
      constraint: text,
      by: number.default(0),
      unit: text.default(""),
      missed: number.exactOptional(),
    }),
  ],
  { error: "must be a reason, or { constraint, by, unit, missed }" },
);
const told = z.union(
  [
    z.strictObject({ trial, metrics: z.record(key, number, { error: "must be a map of metrics" }) }),
    z.strictObject({ trial, infeasible: ruledOut }),
  ],
  { error: "must be { trial, metrics: { name: number } } or { trial, infeasible: reason }" },
);
const objective = z.strictObject({ metric: key, direction: choice(["min", "max"]) });

const openSchema = z.strictObject({
  study: named("a study"),
  seed: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  strategy: z.string({ error: "must be a text" }).max(100).optional(),
  objectives: z.array(objective, { error: "must be a list of { metric, direction }" }).min(1).max(8).optional(),
});
const run = z.string({ error: "must be the text that open has answered" }).max(100);
const runSchema = z.strictObject({ run });
const askSchema = z.strictObject({ run, count: whole(1, MOST_ITEMS).default(1) });
const tellSchema = z.strictObject({ run, results: list(told, "results") });
const outcomesSchema = z.strictObject({ run, points: list(pointSchema, "points") });

type Params = Readonly<Record<string, unknown>>;
export type Method = (params: Params) => string | Promise<string>;

interface Run {
  readonly study: Study;
  readonly askTell: AskTell;
  readonly outcomeOf: (point: Point) => Outcome | Promise<Outcome>;
  readonly close: () => Promise<void>;
}

/** Studies whose strategy proposes designs that the other side evaluates: `open`, `ask`, `tell`, `outcomes`, `front`, `close`. */
export function createRuns(allowed: Allowances): {
  readonly methods: Readonly<Record<string, Method>>;
  closeAll(): Promise<void>;
} {
  const runs = new Map<string, Run>();
  let openedCount = 0;
  const runOf = (name: string): Run => {
    const found = runs.get(name);
    if (found !== undefined) return found;
    const open = [...runs.keys()].join(", ");
    throw new RpcError(RPC_CODES.unknownRun, `There is no open run "${name}". Open: ${open === "" ? "none" : open}.`);
  };

  const open = async (params: Params): Promise<string> => {
    const { study: written, objectives, ...overrides } = paramsOf(openSchema, params);
    if (runs.size >= MOST_RUNS)
      throw new RpcError(RPC_CODES.badParams, `${MOST_RUNS} runs are open, which is the most: close one.`);
    const read = studyOf(written, given(overrides), allowed);
    const study = proposingStrategy(objectives === undefined ? read : { ...read, objectives });
    const askTell = await createAskTell(study);
    openedCount += 1;
    const name = String(openedCount);
    runs.set(name, { study, askTell, ...evaluatorOf(study) });
    const { strategy, seed, trials, batch } = study.search;
    return textOf({
      ...{ run: name, study: study.name, strategy, seed, trials, batch, objectives: study.objectives },
      constraints: study.constraints,
      parameters: study.space.map(({ path, values, when }) => ({
        path,
        values,
        ...(when === undefined ? {} : { when }),
      })),
    });
  };
  const ask = async (params: Params): Promise<string> => {
    const { run: name, count } = paramsOf(askSchema, params);
    const { askTell } = runOf(name);
    return textOf({ designs: await askTell.ask(count), ...stateOf(askTell) });
  };
  const tell = (params: Params): string => {
    const { run: name, results } = paramsOf(tellSchema, params);
    const { askTell } = runOf(name);
    askTell.tell(
      results.map((each) => {
        if ("metrics" in each)
          return { trial: each.trial, outcome: { kind: "evaluated", metrics: each.metrics } as const };
        return { trial: each.trial, outcome: { kind: "infeasible", ...each.infeasible } as const };
      }),
    );
    return textOf(stateOf(askTell));
  };
  const outcomes = async (params: Params): Promise<string> => {
    const { run: name, points } = paramsOf(outcomesSchema, params);
    const { outcomeOf } = runOf(name);
    return textOf({ outcomes: await Promise.all(points.map(outcomeOf)) });
  };
  const front = (params: Params): string => {
    const { askTell } = runOf(paramsOf(runSchema, params).run);
    const designs = askTell.front().map(({ number: trialNumber, point, outcome }) => ({
      ...{ trial: trialNumber, point },
      metrics: outcome.kind === "evaluated" ? outcome.metrics : {},
    }));
    return textOf({ front: designs, ...stateOf(askTell) });
  };
  const close = async (params: Params): Promise<string> => {
    const { run: name } = paramsOf(runSchema, params);
    const { askTell, close: end } = runOf(name);
    runs.delete(name);
    askTell.close();
    await end();
    return textOf({});
  };
  return {
    methods: { open, ask, tell, outcomes, front, close },
    closeAll: async () => {
      for (const { askTell } of runs.values()) askTell.close();
      await Promise.all([...runs.values()].map((each) => each.close()));
    },
  };
}

function stateOf({ state }: AskTell) {
  const { toldCount, waiting, stopped } = state;
  return { told: toldCount, waiting, stopped };
}

const textOf = (value: unknown): string => escapeJson(JSON.stringify(value));

/** What was given: a key without a value is none. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** Outcomes as the study's own search has them; models whose accuracy a command knows are asked for once. */
function evaluatorOf(study: Study): Pick<Run, "outcomeOf" | "close"> {
  const context = designContext(study);
  const evaluator = createDesignEvaluator(context);
  const modelOf = (point: Point): ModelSpec => evaluator.specsOf(point).model;
  const stop = new AbortController();
  let own: OwnAccuracy | null | undefined;
  const ownOf = (): OwnAccuracy | null => {
    if (own !== undefined) return own;
    const accuracy: CommandAccuracy | null = createCommandAccuracy(study, createMemoryEstimates(), stop.signal);
    own = accuracy === null ? null : { accuracy, modelOf };
    return own;
  };
  return {
    outcomeOf: (point) => completedOutcome(ownOf(), context, point, evaluator.outcome(point)),
    close: async () => {
      stop.abort(new InputError("The run was closed."));
      await own?.accuracy.close();
    },
  };
}
