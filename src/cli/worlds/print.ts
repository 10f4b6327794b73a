import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InputError, SpecError } from "../../errors/index.ts";
import { pointKey } from "../../search/index.ts";
import { problemAtSpan, readSpecFile, spanAt, type Study } from "../../spec/index.ts";
import { withStoredEstimates } from "../../store/index.ts";
import { RUN_FILES, storedAccuracy, studyInWorlds, type WorldGrid, type WorldsResult } from "../../study/index.ts";
import { openRun, type StoredRun } from "../explain/stored-run.ts";
import { interruptible } from "../interruptible.ts";
import { dataToStdout, toldMeanwhile, toStdout } from "../print.ts";
import { readRecord } from "../report-record.ts";
import { createRunDisplay } from "../search/progress.ts";
import { worldsCsv, worldsJson } from "./files.ts";
import { worldsOutcome } from "./outcome.ts";
import { worldGridOf } from "./plan.ts";
import { worldsText } from "./text.ts";

export interface WorldsOptions {
  readonly set: readonly string[];
  readonly workers?: number;
}

/**
 * Which designs of an exact run are optimal in which worlds. The space is searched again, since the run keeps only what is best in its own.
 *
 * @throws InputError and SpecError: no finished run, one that is not exact, worlds or limits that cannot be
 */
export async function printWorlds(
  folder: string,
  format: "table" | "csv" | "json",
  options: WorldsOptions,
): Promise<void> {
  readRecord(folder);
  const run = openRun(folder);
  const { study } = run;
  refuseStrategy(study, folder);
  if (run.change !== null)
    throw new InputError(
      run.change.replace("designs are evaluated anew", "worlds would be those of another program; make the run anew"),
    );
  const grid = worldGridOf(study, options.set);
  const result = await interruptible((signal) => searched(run, folder, grid, signal, options.workers));
  const places = new Map(run.trials.map(({ number, point }) => [pointKey(point), number]));
  const outcome = worldsOutcome(study, result, ({ point }) => places.get(pointKey(point)) ?? null);
  if (format === "table") toStdout(`${worldsText(outcome)}\n`);
  else dataToStdout(format === "csv" ? worldsCsv(outcome) : worldsJson(outcome));
}

async function searched(
  { study }: StoredRun,
  folder: string,
  grid: WorldGrid,
  signal: AbortSignal,
  workers = availableParallelism(),
): Promise<WorldsResult> {
  const display = createRunDisplay();
  toldMeanwhile(`${study.name}: every chip again, for all worlds at once\n`);
  const search = {
    ...{ workers, signal },
    onProgress: (progress: Parameters<Parameters<typeof studyInWorlds>[3]["onProgress"]>[0]): void =>
      display.update({ kind: "chips", ...progress }),
  };
  try {
    if (study.accuracy?.evaluator !== "command") return await studyInWorlds(study, grid, null, search);
    return await withStoredEstimates(join(folder, RUN_FILES.trials), (estimates) =>
      studyInWorlds(study, grid, storedAccuracy(estimates), search),
    );
  } finally {
    display.stop();
  }
}

/** Other strategies have not seen every design, so none of theirs is known to be optimal anywhere. */
function refuseStrategy({ search: { strategy } }: Study, folder: string): void {
  if (strategy === "exact") return;
  const document = readSpecFile(join(folder, RUN_FILES.study));
  const message = `search.strategy is ${strategy}, which tries some of the designs: none of them is known to be optimal in any world. Worlds need a run by exact.`;
  const hint = `ecotile search ${join(folder, RUN_FILES.study)} --strategy exact --out ${folder}-exact`;
  throw new SpecError([
    problemAtSpan(document, spanAt(document, ["search", "strategy"], "value"), "worlds/not-exact", message, hint),
  ]);
}
