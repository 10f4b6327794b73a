import { SpecError, type Problem } from "../errors/index.ts";
import { problemAtSpan, spanAt, type Path, type SourceDocument } from "../spec/document.ts";
import { check } from "../spec/issues.ts";
import { besideFile } from "../spec/load.ts";
import { readTextFile } from "../spec/read-file.ts";
import { readYaml } from "../spec/read-yaml.ts";
import { readJobsCsv, readVariantsCsv, type Traces } from "./csv-files.ts";
import { jobFileSchema, milliseconds, placed, type JobFile, type WrittenJob } from "./job-schema.ts";
import { withNoise } from "./normal.ts";
import { endOf, instantText, readSeriesFile, type Series, type SeriesFile, type ValueColumn } from "../spec/series.ts";
import { INTENSITY } from "../spec/grid-trace-file.ts";
import type { Job, PlanProblem, Policy, RegionTrace } from "./types.ts";
import type { DemandSlot, Variant } from "./variants.ts";
import { daysLater } from "./zone.ts";

const SUPPLY: ValueColumn = { name: "power_W", alike: [], most: 1e12, suspect: null };
const REQUESTS: ValueColumn = { name: "requests", alike: ["requests_actual"], most: 1e15, suspect: null };
const EXPECTED: ValueColumn = { name: "requests_forecast", alike: [], most: 1e15, suspect: null, isOptional: true };

const MOST_BYTES = 64 * 1024 * 1024;

/** What a workload takes on its chips: mean power of all of them (W) and time (ms). */
export interface WorkloadRun {
  readonly power: number;
  readonly duration: number;
}

/** Simulates a workload. @throws SpecError */
export type RunWorkload = (
  workload: NonNullable<WrittenJob["workload"]>,
  besideFile: string,
) => WorkloadRun | { readonly reason: string };

export interface VariantProblem {
  readonly variants: readonly Variant[];
  /** As planned with, and as it came. */
  readonly expected: readonly DemandSlot[];
  readonly actual: readonly DemandSlot[];
  readonly limits: readonly number[];
}

export interface PlanFile {
  readonly name: string | null;
  readonly gridKind: "average" | "marginal";
  readonly policy: Policy;
  readonly quantile: number;
  readonly jobs: PlanProblem | null;
  readonly variants: VariantProblem | null;
  readonly grid: ReadonlyMap<string, Series>;
}

/**
 * A job file with all that it names.
 *
 * @param run      simulates workloads
 * @param runFront variants of a finished run's front, by its folder; null: the path is no folder of a run
 * @throws SpecError with every problem of the file, and of each file that it names
 */
export function readPlanFile(
  path: string,
  run: RunWorkload,
  runFront: (folder: string) => readonly Variant[] | null,
): PlanFile {
  const document = readYaml(readTextFile(path, path, MOST_BYTES), path);
  const raw = check(jobFileSchema, document);
  const read = new Reader(document, raw);
  const grid = read.series(raw.grid, INTENSITY);
  const traces = read.traces(grid);
  const jobs = raw.jobs === undefined ? null : read.jobs(raw.jobs, traces, run);
  const variants = raw.variants === undefined ? null : read.variants(traces, runFront);
  read.throwAny();
  return {
    ...{ name: raw.name ?? null, gridKind: raw.gridKind, policy: raw.policy, quantile: raw.threshold },
    jobs: jobs === null ? null : { jobs, regions: traces, capacity: raw.capacity?.power ?? null },
    variants,
    grid: new Map([...traces].map(([name, { truth }]) => [name, truth])),
  };
}

class Reader {
  readonly #problems: Problem[] = [];

  constructor(
    readonly document: SourceDocument,
    readonly raw: JobFile,
  ) {}

  throwAny(): void {
    if (this.#problems.length > 0) throw new SpecError(this.#problems);
  }

  #refuse(path: Path, code: string, message: string, hint: string | null = null): void {
    this.#problems.push(problemAtSpan(this.document, spanAt(this.document, path, "value"), code, message, hint));
  }

  #beside(name: string): string {
    return besideFile(name, this.document.file);
  }

  series(name: string, ...columns: readonly ValueColumn[]): SeriesFile {
    return readSeriesFile(this.#beside(name), name, columns);
  }

  /** Grid, forecast and supply by region, of one span of time. */
  traces(grid: SeriesFile): Traces {
    const { forecast, supply } = this.raw;
    const foreseen = typeof forecast === "string" ? this.series(forecast, INTENSITY) : null;
    const own = supply === undefined ? null : this.series(supply, SUPPLY);
    const traces = [...grid].map(([region, [truth]], i): [string, RegionTrace] => {
      const noisy = typeof forecast === "object" ? withNoise(truth!, forecast.noise, forecast.seed, i) : truth!;
      return [
        region,
        {
          truth: truth!,
          forecast: foreseen === null ? noisy : this.#spanning("forecast", foreseen, region, truth!),
          supply: own === null ? null : this.#spanning("supply", own, region, truth!),
        },
      ];
    });
    this.throwAny();
    return new Map(traces);
  }

  /** A series of another file for a region of the grid's; one without regions is of all of them. */
  #spanning(key: string, file: SeriesFile, region: string, truth: Series): Series {
    const [found] = file.get(region) ?? (file.size === 1 ? file.get("") : undefined) ?? [];
    const ofRegion = region === "" ? "" : ` of ${region}`;
    if (found === undefined)
      this.#refuse([key], "plan/region", `${key} has no series${ofRegion}; it has ${[...file.keys()].join(", ")}.`);
    else if (found.start > truth.start || endOf(found) < endOf(truth))
      this.#refuse(
        [key],
        "plan/span",
        `${key}${ofRegion} is from ${instantText(found.start)} to ${instantText(endOf(found))}, but the grid from ${instantText(truth.start)} to ${instantText(endOf(truth))}.`,
      );
    return found ?? truth;
  }

  jobs(written: NonNullable<JobFile["jobs"]>, traces: Traces, run: RunWorkload): readonly Job[] {
    if (typeof written === "string") return readJobsCsv(this.#beside(written), written, traces);
    const jobs = written.flatMap((job, i) => this.#jobOf(job, i, traces, run));
    const seen = new Map<string, number>();
    for (const [i, { id }] of jobs.entries()) {
      const before = seen.get(id);
      if (before !== undefined)
        this.#refuse(
          ["jobs"],
          "plan/duplicate",
          `There are two jobs named ${id}: the ${before + 1}. and the ${i + 1}.`,
        );
      seen.set(id, i);
    }
    return jobs;
  }

  #jobOf(job: WrittenJob, i: number, traces: Traces, run: RunWorkload): readonly Job[] {
    const at: Path = ["jobs", i];
    const before = this.#problems.length;
    const size = this.#sizeOf(job, at, run);
    const regions = this.#regionsOf(job.regions, traces, [...at, "regions"]);
    const window = size === null || regions === null ? null : this.#windowOf(job, at, size.duration, traces, regions);
    if (size === null || regions === null || window === null || this.#problems.length > before) return [];
    const pause =
      job.pause === false
        ? null
        : job.pause === true
          ? { cost: 0, least: 0 }
          : { cost: job.pause.cost, least: milliseconds(job.pause.least) };
    const { days, count } = job.repeat ?? { days: 1, count: 1 };
    const id = job.id ?? `job-${i + 1}`;
    const zone = this.raw.zone ?? "UTC";
    return Array.from({ length: count }, (_, k): Job => ({
      id: count === 1 ? id : `${id}-${k + 1}`,
      ...{ power: size.power, duration: size.duration, pause, regions, transfer: job.transfer },
      from: k === 0 ? window.from : daysLater(zone, window.from, k * days),
      deadline: k === 0 ? window.deadline : daysLater(zone, window.deadline, k * days),
    })).filter((each) => this.#fits(each, at, traces));
  }

  #sizeOf({ energy, power, duration, workload }: WrittenJob, at: Path, run: RunWorkload): WorkloadRun | null {
    const given = [energy, power, workload].filter((each) => each !== undefined).length;
    if (given !== 1) {
      this.#refuse(
        at,
        "spec/conflict",
        `jobs[${at[1] as number}] needs one of energy, power and workload, and has ${given} of them.`,
      );
      return null;
    }
    if (workload !== undefined) {
      if (duration !== undefined)
        this.#refuse([...at, "duration"], "spec/conflict", "duration comes from the workload; leave it out.");
      const result = run(workload, this.document.file);
      if (!("reason" in result)) return result;
      this.#refuse([...at, "workload"], "plan/workload", `The workload cannot run: ${result.reason}`);
      return null;
    }
    if (duration === undefined) {
      this.#refuse(at, "spec/missing-key", `jobs[${at[1] as number}].duration is missing.`);
      return null;
    }
    return { power: power ?? energy! / duration, duration: milliseconds(duration) };
  }

  #regionsOf(written: readonly string[] | undefined, traces: Traces, at: Path): readonly string[] | null {
    const known = [...traces.keys()];
    if (written === undefined) {
      if (known.length === 1) return known;
      this.#refuse(
        at,
        "plan/region",
        `The grid has ${known.length} regions (${known.slice(0, 20).join(", ")}): name those that the job may run in.`,
      );
      return null;
    }
    // A grid without regions is that of any.
    if (known.length === 1 && known[0] === "" && written.length === 1) return known;
    const missing = written.filter((name) => !traces.has(name));
    for (const name of missing)
      this.#refuse(at, "plan/region", `The grid has no region "${name}"; it has ${known.slice(0, 20).join(", ")}.`);
    return missing.length === 0 ? written : null;
  }

  #windowOf(
    { from, deadline, slack }: WrittenJob,
    at: Path,
    duration: number,
    traces: Traces,
    regions: readonly string[],
  ) {
    const own = regions.map((region) => traces.get(region)!.truth);
    const time = (key: "from" | "deadline", written: WrittenJob["from"], fallback: number): number => {
      if (written === undefined) return fallback;
      const instant = placed(written, this.raw.zone);
      if (instant !== null) return instant;
      this.#refuse(
        [...at, key],
        "trace/offset",
        `${key} has no offset from UTC.`,
        "Write 2024-05-01T13:00Z, or say the zone: zone: Europe/Berlin.",
      );
      return NaN;
    };
    const start = time("from", from, Math.max(...own.map((series) => series.start)));
    if (deadline !== undefined && slack !== undefined)
      this.#refuse([...at, "slack"], "spec/conflict", "slack and deadline exclude each other.");
    const late = slack === undefined ? Math.min(...own.map(endOf)) : start + duration + milliseconds(slack);
    const end = time("deadline", deadline, late);
    return Number.isNaN(start + end) ? null : { from: start, deadline: end };
  }

  /** Whether a job's window is long enough and within the grid. */
  #fits({ id, from, deadline, duration, regions }: Job, at: Path, traces: Traces): boolean {
    if (deadline - from < duration) {
      const message = `Job ${id} takes ${duration / 60_000} min, but its window, ${instantText(from)} to ${instantText(deadline)}, has ${Math.max(0, deadline - from) / 60_000}.`;
      this.#refuse([...at, "deadline"], "plan/window", message);
      return false;
    }
    for (const region of regions) {
      const { truth } = traces.get(region)!;
      if (from >= truth.start && deadline <= endOf(truth)) continue;
      const message = `The window of job ${id}, ${instantText(from)} to ${instantText(deadline)}, leaves the grid${region === "" ? "" : ` of ${region}`}, ${instantText(truth.start)} to ${instantText(endOf(truth))}.`;
      this.#refuse(at, "plan/window", message);
      return false;
    }
    return true;
  }

  variants(traces: Traces, runFront: (folder: string) => readonly Variant[] | null): VariantProblem {
    const { variants, demand, quality } = this.raw;
    if (traces.size > 1)
      this.#refuse(
        ["grid"],
        "plan/region",
        `Variants are planned on one grid, and the file has ${traces.size} regions.`,
      );
    const [trace] = traces.values();
    const path = this.#beside(variants!);
    const known = runFront(path) ?? readVariantsCsv(path, variants!);
    const [wanted, expected = wanted] = this.series(demand!, REQUESTS, EXPECTED).get("") ?? [];
    if (wanted === undefined) {
      this.#refuse(["demand"], "plan/region", "demand has a column region; variants are planned for one.");
      return { variants: known, expected: [], actual: [], limits: [] };
    }
    const { truth, forecast } = trace!;
    if (wanted.step !== truth.step) {
      const minutes = (step: number): string => `${step / 60_000} min`;
      this.#refuse(
        ["demand"],
        "plan/span",
        `demand has slots of ${minutes(wanted.step)}, but the grid of ${minutes(truth.step)}.`,
      );
    }
    const slot = (wanted.start - truth.start) / truth.step;
    if (!Number.isInteger(slot) || slot < 0 || endOf(wanted) > endOf(truth)) {
      this.#refuse(
        ["demand"],
        "plan/span",
        `demand, ${instantText(wanted.start)} to ${instantText(endOf(wanted))}, leaves the grid.`,
      );
    }
    const slots = (requests: Series, intensity: Series): readonly DemandSlot[] =>
      Array.from(requests.values, (count, t) => ({
        start: wanted.start + t * wanted.step,
        requests: count,
        intensity: intensity.values[slot + t] ?? 0,
      }));
    const { mean } = quality!;
    const limits = typeof mean === "number" ? [mean] : mean;
    return { variants: known, expected: slots(expected!, forecast), actual: slots(wanted, truth), limits };
  }
}
