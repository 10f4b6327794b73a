import { availableParallelism } from "node:os";
import { Option, type Command } from "commander";
import { FACTOR_NAMES } from "../cost/index.ts";
import { escapeJson, InputError, type Problem, SpecError } from "../errors/index.ts";
import type { Outcome, Point } from "../search/index.ts";
import {
  problemsOfSetting,
  readTextPieces,
  settingsOfPoint,
  STDIN,
  type ModelSpec,
  type Study,
} from "../spec/index.ts";
import { createMemoryEstimates } from "../store/index.ts";
import { createDesignEvaluator, designContext } from "../worker/index.ts";
import { openOutputFile } from "../study/output-file.ts";
import { interruptible } from "./interruptible.ts";
import { dataToStdout, standardInput, stdoutDrained, toStderr } from "./print.ts";
import { createCommandAccuracy } from "../study/command-accuracy.ts";
import { createDesignFarm } from "../study/evaluations.ts";
import { loadSearchStudy } from "../study/load.ts";
import { workerCount } from "./worker-count.ts";

interface Options {
  readonly points: string;
  readonly output?: string;
  readonly workers: number;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .description("Evaluates given points of a study, as its search would: one line of JSON in, one line out.")
    .argument("<study.yaml>", "study file")
    .requiredOption(
      "--points <file.jsonl>",
      'lines such as {"id": 7, "point": {"array.rows": 64}}; - is standard input',
    )
    .option("--output <file.jsonl>", "where to write the lines (default: stdout)")
    .option("--json", "no change: lines of JSON are all it prints")
    .addOption(
      new Option("--workers <n>", "worker threads; no result depends on it")
        .argParser(workerCount)
        .default(availableParallelism(), "all cores"),
    )
    .addHelpText(
      "after",
      `
Example:
  ecotile evaluate study.yaml --points points.jsonl --output outcomes.jsonl

Each line is answered with {"id": 7, "outcome": {...}}, in the order of the
points: "evaluated" with its metrics, or "infeasible" with the reason, to the byte
as the search stores it. A point may set any path that \`ecotile schema\` lists; it
may be asked again, anywhere. Lines of standard input are answered as they come.`,
    )
    .action(evaluatePoints);
}

interface Asked {
  readonly id: string | number;
  readonly point: Point;
}

/** Largest file of points, bytes. */
const MOST_BYTES = 1024 * 1024 * 1024;
const MOST_LINE = 1024 * 1024;
/** Points that are evaluated at a time; no result depends on it. */
const BATCH = 512;

async function evaluatePoints(file: string, { points, output, workers }: Options): Promise<void> {
  const study = loadSearchStudy(file, {});
  if (study.accuracy?.ignore !== undefined) toStderr(`Accuracy ignores ${study.accuracy.ignore.join(", ")}.\n`);
  if (points === STDIN && file === STDIN)
    throw new InputError("The study and the points cannot both be standard input.");
  const pieces = (): Iterable<string> => readTextPieces(points, points, MOST_BYTES);
  // A file is looked through before anything is evaluated; what streams in cannot be.
  if (points !== STDIN) {
    const problems: Problem[] = [];
    for await (const batch of batchesOf(pieces(), points, problems)) void batch;
    if (problems.length > 0) throw new SpecError(problems);
  }
  const batches = batchesOf(points === STDIN ? standardInput() : pieces(), points);
  await interruptible((signal) => answer(study, batches, output, workers, signal));
}

/** Evaluates points batch by batch, and writes the line of each in their order; nothing is left half-written where it fails. */
async function answer(
  study: Study,
  batches: AsyncIterable<readonly Asked[]>,
  output: string | undefined,
  workers: number,
  signal: AbortSignal,
): Promise<void> {
  const accuracy = createCommandAccuracy(study, createMemoryEstimates(), signal);
  const context = designContext(study);
  const { specsOf } = createDesignEvaluator(context);
  const modelOf = (point: Point): ModelSpec => specsOf(point).model;
  const farm = createDesignFarm(context, workers, accuracy === null ? null : { accuracy, modelOf });
  const out = output === undefined ? null : openOutputFile(output);
  try {
    for await (const batch of batches) {
      const outcomes = await farm.evaluateBatch(
        batch.map(({ point }) => point),
        0,
        { signal, report: () => undefined },
      );
      const text = batch.map(({ id }, i) => lineOf(id, outcomes[i]!)).join("");
      if (out !== null) out.write(text);
      else if (!dataToStdout(text)) await stdoutDrained();
    }
    out?.finish();
  } catch (error) {
    out?.discard();
    throw error;
  } finally {
    await accuracy?.close();
    await farm.destroy();
  }
}

function lineOf(id: string | number, outcome: Outcome): string {
  return `${escapeJson(JSON.stringify({ id, outcome }))}\n`;
}

/**
 * Lines read to points, those of what there is at a time.
 *
 * @param sink where bad lines are said; left out: the first piece with bad lines ends it
 * @throws SpecError with the bad lines of a piece
 */
async function* batchesOf(
  pieces: Iterable<string> | AsyncIterable<string>,
  shownAs: string,
  sink?: Problem[],
): AsyncGenerator<readonly Asked[], void, undefined> {
  let rest = "";
  let number = 0;
  const take = (lines: readonly string[]): readonly Asked[] => {
    const problems: Problem[] = [];
    const asked = lines.flatMap((line) => {
      number += 1;
      const read = line.trim() === "" ? null : readLine(line, shownAs, number, problems);
      return read === null ? [] : [read];
    });
    if (problems.length > 0 && sink === undefined) throw new SpecError(problems);
    sink?.push(...problems);
    return asked;
  };
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split("\n");
    rest = lines.pop()!;
    const asked = take(rest.length > MOST_LINE ? [...lines, rest] : lines);
    for (let at = 0; at < asked.length; at += BATCH) yield asked.slice(at, at + BATCH);
  }
  const last = take([rest]);
  if (last.length > 0) yield last;
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** One line; null: it is wrong, and said. */
function readLine(line: string, shownAs: string, number: number, problems: Problem[]): Asked | null {
  const wrong = (code: string, message: string, hint: string | null = null): null => {
    const place = { file: shownAs, line: number, column: 1 } as const;
    problems.push({ ...place, code, message, hint, snippet: null });
    return null;
  };
  let value: unknown;
  try {
    value = line.length > MOST_LINE ? undefined : JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrong("points/bad-line", 'A line is {"id": 7, "point": {"array.rows": 64}}, in JSON.');
  const { id, point, ...others } = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) return wrong("points/unknown-key", `${unknown} is no known key. Known here: id, point.`);
  if (typeof id !== "string" && typeof id !== "number") return wrong("points/no-id", "id must be a number or a text.");
  if (typeof point !== "object" || point === null || Array.isArray(point))
    return wrong("points/bad-point", "point must be a map of paths and values.");
  const entries = Object.entries(point as Readonly<Record<string, unknown>>);
  const odd = entries.find(([, each]) => !isScalar(each));
  if (odd !== undefined) return wrong("points/bad-point", `point.${odd[0]} must be a number, a text, true or false.`);
  const known = Object.fromEntries(entries) as Point;
  for (const setting of settingsOfPoint(known)) {
    const found = problemsOfSetting(setting, FACTOR_NAMES);
    for (const { code, message, hint } of found) wrong(code, message, hint);
    if (found.length > 0) return null;
  }
  return { id, point: known };
}
