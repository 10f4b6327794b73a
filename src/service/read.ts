import { problemOf, SpecError, type Problem } from "../errors/index.ts";
import { type Path, type SourceDocument } from "../spec/document.ts";
import { findingsOf, problemsOf } from "../spec/issues.ts";
import { besideFile, loadModel } from "../spec/load.ts";
import { problemAtSpan, readSpecFile, spanAt, type Setting } from "../spec/index.ts";
import { readTrace, type TraceColumn, type TraceTable } from "./trace-files.ts";
import { rawServiceSchema, type RawService } from "./schema.ts";
import type { Arrival, Lengths, ServiceSpec, Speculation, Trace } from "./types.ts";

/**
 * Reads a service file; files that it names lie beside it.
 *
 * @param settings paths of the service file with other values, as `parallel.tensor` = 8; later ones win
 * @throws SpecError with every problem found
 */
export function readService(path: string, settings: readonly Setting[] = []): ServiceSpec {
  return serviceOf(readSpecFile(path), settings);
}

/** The service that a document describes; as {@link readService}. */
export function serviceOf(document: SourceDocument, settings: readonly Setting[] = []): ServiceSpec {
  const value = settings.reduce(
    (root, { path, value: each }) => withValue(root, path.split("."), each),
    document.value,
  );
  const parsed = rawServiceSchema.safeParse(value);
  if (!parsed.success) throw new SpecError(placed(parsed.error.issues, value, document, settings));
  return new Reading(document, parsed.data).service();
}

type Issues = Parameters<typeof findingsOf>[0][];

/** Problems at their places in the file, or at the setting that brought the value. */
function placed(
  issues: Issues,
  value: unknown,
  document: SourceDocument,
  settings: readonly Setting[],
): readonly Problem[] {
  const findings = issues.flatMap((issue) => findingsOf(issue, value, []));
  return findings.flatMap((finding) => {
    const at = finding.path.map(String).join(".");
    const by = settings.findLast(
      ({ path }) => at === path || at.startsWith(`${path}.`) || (at !== "" && path.startsWith(`${at}.`)),
    );
    if (by === undefined) return problemsOf([finding], document);
    return [
      problemOf(`--set ${by.path}=${String(by.value)}`.slice(0, 200), finding.code, finding.message, finding.hint),
    ];
  });
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** What else says how requests arrive gives way to what is set. */
const ARRIVALS = ["concurrency", "rate", "trace"];

function withValue(tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  // A length that was a number gets a law.
  const whole: Tree = isTree(tree) ? tree : typeof tree === "number" ? { mean: tree } : {};
  const kept = ARRIVALS.includes(key)
    ? Object.fromEntries(
        Object.entries(whole).filter(([name]) => !ARRIVALS.includes(name) && (key === "rate" || name !== "process")),
      )
    : whole;
  return { ...kept, [key]: withValue(kept[key], rest, value) };
}

class Reading {
  readonly #problems: Problem[] = [];
  readonly #tables = new Map<string, TraceTable>();

  constructor(
    readonly document: SourceDocument,
    readonly raw: RawService,
  ) {}

  service(): ServiceSpec {
    const { raw } = this;
    const arrival = this.#arrival();
    const prompt = this.#lengths("prompt", arrival);
    const output = this.#lengths("output", arrival);
    const { chunk, prefix, prefill, speculative, ...server } = raw.server;
    void prefill;
    const speculation = speculative === undefined ? null : this.#speculation(speculative);
    if (prefix !== undefined && prompt !== null && prefix.tokens > prompt.mean)
      this.#refuse(
        ["server", "prefix", "tokens"],
        "spec/conflict",
        `server.prefix.tokens is ${prefix.tokens}, more than the ${prompt.mean} tokens of a mean prompt.`,
      );
    if (this.#problems.length > 0 || prompt === null || output === null || arrival === null)
      throw new SpecError(this.#problems);
    return {
      ...{ name: raw.name ?? "service", prompt, output, arrival, isPaired: this.#isPaired() },
      level:
        raw.level === undefined
          ? null
          : { ttft: null, tpot: null, latency: null, percentile: null, ...withoutUndefined(raw.level) },
      server: {
        ...server,
        chunk: chunk === "none" ? Infinity : chunk,
        prefix: prefix ?? null,
        speculative: speculation,
      },
      quality: raw.quality ?? null,
      parallel: raw.parallel,
      network: raw.network ?? null,
    };
  }

  #speculation({ draft, tokens, acceptance }: NonNullable<RawService["server"]["speculative"]>): Speculation | null {
    const model = loadModel(draft, this.document.file);
    if (model.family === "decoder") return { draft: model, tokens, acceptance };
    const at = ["server", "speculative", "draft"];
    this.#refuse(at, "service/model", `server.speculative.draft is ${draft}, which is no decoder.`);
    return null;
  }

  #refuse(at: Path, code: string, message: string): void {
    this.#problems.push(problemAtSpan(this.document, spanAt(this.document, at, "value"), code, message));
  }

  #table(name: string): TraceTable {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = readTrace(besideFile(name, this.document.file), name);
    this.#tables.set(name, table);
    return table;
  }

  /** A column of a trace, with a row at least. */
  #column(name: string, column: TraceColumn, at: Path): Float64Array | null {
    const table = this.#table(name);
    const values = table.get(column);
    if (values === undefined) this.#refuse(at, "service/column", `${name} has no column ${column}.`);
    else if (values.length === 0) this.#refuse(at, "service/column", `${name} has no row.`);
    else return values;
    return null;
  }

  #arrival(): Arrival | null {
    const { concurrency, rate, process, trace } = this.raw.arrival;
    if (concurrency !== undefined) return { kind: "concurrency", concurrency };
    if (rate !== undefined) return { kind: "rate", rate, process: process ?? "poisson" };
    const at = ["arrival", "trace"];
    const times = this.#column(trace!, "arrival_s", at);
    if (times === null) return null;
    const early = times.findIndex((time, i) => i > 0 && time < times[i - 1]!);
    if (early > 0) {
      this.#refuse(
        at,
        "service/order",
        `${trace!}: request ${early + 1} arrives before the one above it; rows are in order of arrival.`,
      );
      return null;
    }
    const table = this.#table(trace!);
    const [prompts, outputs] = (["prompt_tokens", "output_tokens"] as const).map((name) => table.get(name));
    const none = new Int32Array(0);
    return {
      kind: "trace",
      trace: {
        arrivals: times.map((time) => time - times[0]!),
        prompts: prompts === undefined ? none : Int32Array.from(prompts),
        outputs: outputs === undefined ? none : Int32Array.from(outputs),
      },
    };
  }

  #lengths(which: "prompt" | "output", arrival: Arrival | null): Lengths | null {
    const written = this.raw.requests?.[which];
    const inTrace = arrival?.kind === "trace" ? columnOf(arrival.trace, which) : null;
    if (inTrace !== null && inTrace.length > 0) {
      if (written === undefined) return lengthsOf(inTrace);
      this.#refuse(
        ["requests", which],
        "spec/conflict",
        `requests.${which} and the column ${which}_tokens of the trace of arrivals both say it: leave one out.`,
      );
      return null;
    }
    if (written === undefined) {
      if (arrival !== null)
        this.#refuse(["requests"], "spec/missing-key", `requests.${which} is missing: how many tokens a request has.`);
      return null;
    }
    if (!("trace" in written)) return { mean: written.mean, cv: written.cv, drawnFrom: null };
    const values = this.#column(written.trace, `${which}_tokens`, ["requests", which, "trace"]);
    return values === null ? null : lengthsOf(Int32Array.from(values));
  }

  #isPaired(): boolean {
    const { requests } = this.raw;
    if (requests === undefined) return true;
    const { prompt, output } = requests;
    return "trace" in prompt && "trace" in output && prompt.trace === output.trace;
  }
}

const columnOf = ({ prompts, outputs }: Trace, which: "prompt" | "output"): Int32Array =>
  which === "prompt" ? prompts : outputs;

function lengthsOf(values: Int32Array): Lengths {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  return { mean, cv: Math.sqrt(square) / mean, drawnFrom: values };
}

function withoutUndefined<T extends object>(of: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
