import { setImmediate } from "node:timers/promises";
import type { FrontRow, RunRecord } from "../../report/types.ts";
import { importanceOfFront, type Trial, type TrialStore } from "../../search/index.ts";
import type { ExactOutcome } from "./run.ts";

/** Trials a transaction: some tens of milliseconds. */
const BATCH = 2000;

/** The whole front goes into the store, where it is not there yet. Lets other work go on between transactions. */
export async function storeFront({ front }: ExactOutcome, store: TrialStore): Promise<void> {
  for (let from = (await store.trials()).length; from < front.length; from += BATCH) {
    await store.append(front.slice(from, from + BATCH));
    await setImmediate();
  }
}

export function exactRecord(
  record: RunRecord,
  { front: whole, violations, summary, designCounts }: ExactOutcome,
): RunRecord {
  const counts = designCounts && whole.map(({ number }) => designCounts[number]!);
  const importance = importanceOfFront(record.study.parameters ?? [], whole, counts);
  const study = { ...record.study, mappingPolicy: summary.policy };
  const front = designCounts === undefined ? record.front : record.front.map((row) => counted(row, designCounts));
  const ofFront = importance === null ? {} : { importance };
  return { ...record, front, study, others: [], ...ofFront, violations, exact: summary };
}

const counted = (row: FrontRow, designCounts: readonly number[]): FrontRow => ({
  ...row,
  designs: designCounts[row.trial!]!,
});

/** An exact search whose front is this one. How far the rest is from what is shown is known of what the search itself would show. */
export function withFront(exact: ExactOutcome, front: readonly Trial[], shown: readonly Trial[]): ExactOutcome {
  const { designCounts } = exact;
  const { shownWithin, ...summary } = exact.summary;
  const isOwn = front.length === exact.front.length && shown.length === exact.result.front.length;
  const sum = designCounts && front.reduce((all, { number }) => all + designCounts[number]!, 0);
  const designs = sum === undefined ? {} : { frontDesigns: sum };
  const within = shownWithin === undefined || !isOwn ? {} : { shownWithin };
  return { ...exact, front, summary: { ...summary, ...within, frontCount: front.length, ...designs } };
}

/** The whole front for a table: designs that are not shown in detail have their objectives only. */
export function withWhole(record: RunRecord, front: readonly Trial[], designCounts?: readonly number[]): RunRecord {
  const detailed = new Map(record.front.map((row) => [row.trial, row]));
  const places = new Map(record.steps?.steps.flatMap(({ step, ties }) => ties.map((trial) => [trial, step])));
  const rowOf = (trial: Trial): FrontRow => {
    const step = places.get(trial.number);
    const row = { ...plainRow(trial), ...(step === undefined ? {} : { step }) };
    return designCounts === undefined ? row : counted(row, designCounts);
  };
  return { ...record, front: front.map((trial) => detailed.get(trial.number) ?? rowOf(trial)) };
}

function plainRow({ number, point, outcome }: Trial): FrontRow {
  return {
    trial: number,
    point,
    hardware: "",
    towers: "",
    metrics: outcome.kind === "evaluated" ? outcome.metrics : {},
    extrapolation: [],
    nearest: "",
    energy_J: null,
    area_mm2: null,
    embodied_kgCO2e: null,
    operational_kgCO2e: null,
    alwaysOn_kgCO2e: null,
  };
}
