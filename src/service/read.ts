import { problemOf, SpecError, type Problem } from "../errors/index.ts";
import { type Path, type SourceDocument } from "../spec/document.ts";
import { findingsOf, problemsOf } from "../spec/issues.ts";
import { besideFile, loadHardware, loadModel } from "../spec/load.ts";
import { problemAtSpan, readSpecFile, spanAt, type Setting } from "../spec/index.ts";
import { readTrace, type TraceColumn, type TraceTable } from "./trace-files.ts";
import { rawServiceSchema, type RawService } from "./schema.ts";
import type {
  Arrival,
  Lengths,
  Members,
  Parallel,
  PrefillSettings,
  ServiceLevel,
  ServiceSpec,
  Speculation,
  Trace,
} from "./types.ts";
import { rankerPhase, sidesOf } from "./retrieval/passes.ts";
import type { RetrievalSpec } from "./retrieval/types.ts";
import type { ModelSpec } from "../spec/model.ts";

/**
 * Reads a service file; files that it names lie beside it.
 *
 * @param settings paths of the service file with other values, as `parallel.tensor` = 8; later ones win
 * @throws SpecError with every problem found
 */
export function readService(path: string, settings: readonly Setting[] = []): ServiceSpec {
  return serviceOf(readSpecFile(path), settings);
}

/** Whether a document describes a service of stages, which {@link retrievalOf} reads. */
export const hasStages = ({ value }: SourceDocument): boolean => isTree(value) && value["stages"] !== undefined;

/**
 * A service that finds and ranks.
 *
 * @param model  of the stages that name none, and of those that name it
 * @throws SpecError with every problem found
 */
export function retrievalOf(
  document: SourceDocument,
  model: ModelSpec,
  settings: readonly Setting[] = [],
): RetrievalSpec {
  return new Reading(document, parsed(document, settings)).retrieval(model);
}

/** The service that a document describes; as {@link readService}. */
export function serviceOf(document: SourceDocument, settings: readonly Setting[] = []): ServiceSpec {
  return new Reading(document, parsed(document, settings)).service();
}

function parsed(document: SourceDocument, settings: readonly Setting[]): RawService {
  const value = settings.reduce(
    (root, { path, value: each }) => withValue(root, path.split("."), each),
    document.value,
  );
  const result = rawServiceSchema.safeParse(value);
  if (!result.success) throw new SpecError(placed(result.error.issues, value, document, settings));
  return result.data;
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
    if (raw.stages !== undefined)
      this.#refuse(["stages"], "service/stages", "stages are read as a service that finds and ranks (retrievalOf).");
    const arrival = this.#arrival();
    const prompt = this.#lengths("prompt", arrival);
    const output = this.#lengths("output", arrival);
    const { chunk, prefix, prefill, speculative, ...server } = raw.server;
    const speculation = speculative === undefined ? null : this.#speculation(speculative);
    const members = this.#members();
    const apart = prefill === "shared" ? null : this.#prefill(prefill);
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
      level: this.#level(),
      server: {
        ...server,
        chunk: chunk === "none" ? Infinity : chunk,
        prefix: prefix ?? null,
        speculative: speculation,
        prefill: apart,
      },
      quality: raw.quality ?? null,
      parallel: alikeOf(raw.parallel),
      members,
      network: raw.network ?? null,
    };
  }

  retrieval(own: ModelSpec): RetrievalSpec {
    const { raw } = this;
    const arrival = this.#arrival();
    this.#refuseBeside(["requests", "server", "network", "quality"]);
    const { tensor, pipeline, expert, data, members } = raw.parallel;
    if (tensor * pipeline * expert > 1 || members !== undefined)
      this.#refuse(
        ["parallel"],
        "service/stages",
        "stages run on one device each, with parallel.data replicas of all.",
      );
    for (const key of ["ttft", "tpot"] as const)
      if (raw.level?.[key] !== undefined)
        this.#refuse(
          ["level", key],
          "service/stages",
          `level.${key} is of answers token by token; stages have a latency.`,
        );
    const [first, second] = raw.stages!;
    if (first!.corpus === undefined || first!.rerank !== undefined)
      this.#refuse(["stages", 0], "service/stages", "stages[0] finds: it needs a corpus, and no rerank.");
    if (second !== undefined && (second.rerank === undefined || (second.corpus ?? second.queries) !== undefined))
      this.#refuse(
        ["stages", 1],
        "service/stages",
        "stages[1] ranks: it needs rerank, and neither corpus nor queries.",
      );
    const models = raw.stages!.map(({ model }) => {
      const named = model === undefined ? own : loadModel(model, this.document.file);
      return named.name === own.name ? own : named;
    });
    if (!models.includes(own))
      this.#refuse(["stages"], "service/model", `No stage uses ${own.name}, the model of the command.`);
    const [encoder, ranker] = models;
    if (sidesOf(encoder!) === null)
      this.#refuse(
        ["stages", 0],
        "service/model",
        `${encoder!.name} is of family ${encoder!.family}, which makes no vector of an input.`,
      );
    if (ranker !== undefined && rankerPhase(ranker) === "none")
      this.#refuse(
        ["stages", 1],
        "service/model",
        `${ranker.name} is of family ${ranker.family}; candidates are ranked by bert, vit or decoder.`,
      );
    const [corpus, candidates] = [first!.corpus ?? 0, second?.rerank ?? 0];
    if (candidates > corpus)
      this.#refuse(
        ["stages", 1, "rerank"],
        "spec/conflict",
        `stages[1].rerank is ${candidates}, more than the corpus of ${corpus}.`,
      );
    if (this.#problems.length > 0 || arrival === null) throw new SpecError(this.#problems);
    return {
      ...{ name: raw.name ?? "service", encoder: encoder!, corpus, together: first!.queries ?? 1, arrival, data },
      ranker: ranker === undefined ? null : { model: ranker, candidates },
      level: this.#level(),
    };
  }

  /** Keys that say nothing beside stages. */
  #refuseBeside(keys: readonly string[]): void {
    const { value } = this.document;
    for (const key of keys)
      if (isTree(value) && value[key] !== undefined)
        this.#refuse(
          [key],
          "service/stages",
          `${key} belongs to a service of one decoder; stages have their inputs from their models.`,
        );
  }

  #members(): Members | null {
    const { members, link, tensor, pipeline, expert } = this.raw.parallel;
    const at = ["parallel", "members"];
    if (members === undefined) {
      if (link !== undefined)
        this.#refuse(
          ["parallel", "link"],
          "spec/conflict",
          "parallel.link joins parallel.members; devices that are alike have the link of their hardware.",
        );
      return null;
    }
    const split = members.every(({ layers }) => layers !== undefined) ? "layers" : "width";
    const isSaid = members.every(
      ({ layers, width }) => (split === "layers" ? width : layers) === undefined && (layers ?? width) !== undefined,
    );
    if (!isSaid) this.#refuse(at, "spec/conflict", "parallel.members must all have layers, or all have a width.");
    if (tensor * pipeline * expert > 1)
      this.#refuse(
        at,
        "spec/conflict",
        "parallel.members are the devices of a replica; tensor, pipeline and expert are of devices that are alike.",
      );
    if (link === undefined)
      this.#refuse(at, "spec/missing-key", "parallel.members need parallel.link, for example { bandwidth: 125 MB/s }.");
    if (members.every(({ hardware }) => hardware !== undefined))
      this.#refuse(
        at,
        "spec/conflict",
        "One of parallel.members has the hardware of the command: leave its hardware out.",
      );
    const file = this.document.file;
    return {
      split,
      members: members.map(({ hardware, layers, width }) => ({
        hardware: hardware === undefined ? null : loadHardware(hardware, file),
        share: (split === "layers" ? layers : width) ?? 0,
      })),
      link: link ?? { bandwidth: 1, latency: 0, energy: 0 },
    };
  }

  #level(): ServiceLevel | null {
    const { level } = this.raw;
    if (level === undefined) return null;
    return { ttft: null, tpot: null, latency: null, percentile: null, ...withoutUndefined(level) };
  }

  #prefill({ hardware, devices, tensor, link }: Exclude<RawService["server"]["prefill"], "shared">): PrefillSettings {
    const together = tensor ?? this.raw.parallel.tensor;
    if (devices % together !== 0)
      this.#refuse(
        ["server", "prefill", "devices"],
        "service/devices",
        `server.prefill.devices is ${devices}, no whole number of groups of ${together} (server.prefill.tensor, as parallel.tensor where left out).`,
      );
    return {
      ...{ devices, tensor: together, link: link ?? null },
      hardware: hardware === undefined ? null : loadHardware(hardware, this.document.file),
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

const alikeOf = ({ tensor, pipeline, expert, data }: RawService["parallel"]): Parallel => ({
  tensor,
  pipeline,
  expert,
  data,
});

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
