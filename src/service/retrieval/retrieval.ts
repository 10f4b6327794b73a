import { gridCarbon, gridIntensityOf, siteFactor, usageSeconds } from "../../cost/index.ts";
import { problemOf, SpecError } from "../../errors/index.ts";
import type { SpecSet } from "../../spec/settings.ts";
import { carbonOf, stillPower, type DeviceShare, type RequestCarbon, type UnknownPart } from "../bill.ts";
import { PassRefused } from "../pieces.ts";
import { drawRequests } from "../requests.ts";
import {
  askedRate,
  atOnce,
  brokenLimit,
  curveOf,
  fewestReplicas,
  overCapacity,
  type LoadCurve,
  type ServiceOptions,
  type ServiceViolation,
} from "../service.ts";
import { USUAL_REQUESTS } from "../measure.ts";
import { foundCapacity, foundClosed, foundEvents, foundOpen, type Found } from "./engines.ts";
import { createRetriever, PARTS, type Part, type Retriever } from "./passes.ts";
import type { RetrievalSpec } from "./types.ts";

/** J of a query; null: unknown. Parts sum to the total. */
export interface QueryEnergy {
  readonly total: number | null;
  readonly encode: number | null;
  readonly search: number | null;
  readonly rerank: number | null;
  readonly idle: number | null;
  readonly host: number;
  readonly site: number | null;
  /** Its part of the vectors, which are made once. */
  readonly corpus: number | null;
}

/** The vectors of the corpus, made once on one device. */
export interface Corpus {
  readonly seconds: number;
  /** J with idle power and PUE, and kgCO2e of them; null: unknown. */
  readonly joules: number | null;
  readonly carbon: number | null;
  /** Queries of the life at the served load, that it is shared by. */
  readonly queries: number;
  readonly bytes: number;
}

export interface RetrievalAnswer {
  readonly kind: "retrieval";
  readonly engine: "events" | "steady";
  readonly spec: RetrievalSpec;
  readonly devices: number;
  /** Queries a second; null: the device holds it not. */
  readonly capacity: number | null;
  readonly requestsPerSecond: number | null;
  readonly found: Found | null;
  /** s of a group of one, by part. */
  readonly alone: Readonly<Record<Part, number>> | null;
  readonly energy: QueryEnergy | null;
  readonly carbon: RequestCarbon | null;
  readonly power: number | null;
  readonly shares: readonly DeviceShare[];
  readonly corpus: Corpus | null;
  readonly unknown: readonly UnknownPart[];
  /** The part that takes longest. */
  readonly boundBy: Part | null;
  readonly violations: readonly ServiceViolation[];
  readonly rateThatFits: number | null;
}

/**
 * A service that finds the nearest of N vectors and ranks the best of them: times, energy and carbon of a query.
 *
 * @param specs  hardware and deployment
 * @throws SpecError where service and devices do not go together
 */
export function runRetrieval(specs: SpecSet, written: RetrievalSpec, options: ServiceOptions = {}): RetrievalAnswer {
  const { devices, engine = "events" } = options;
  if (typeof devices === "number" && written.data !== 1 && written.data !== devices) {
    const message = `parallel.data is ${written.data}: give one of the two.`;
    throw new SpecError([problemOf(`--devices ${devices}`, "service/devices", message)]);
  }
  const spec = typeof devices === "number" ? { ...written, data: devices } : written;
  let retriever: Retriever;
  try {
    retriever = createRetriever(specs, spec);
    retriever.seconds(spec.together);
  } catch (error) {
    if (!(error instanceof PassRefused)) throw error;
    const { constraint, by, unit, detail } = error.infeasible;
    return {
      ...{ kind: "retrieval", engine, spec, devices: spec.data, ...NOTHING, rateThatFits: null },
      violations: [{ constraint, by, unit, detail }],
    };
  }
  const run = (data: number): RetrievalAnswer => answerOf(specs, { ...spec, data }, retriever, { ...options, engine });
  if (devices !== "auto") return run(spec.data);
  const asked = askedRate(spec.arrival);
  const one = foundCapacity(retriever.seconds, spec.together);
  const least = asked === null ? 1 : Math.max(1, Math.ceil(asked / one));
  return fewestReplicas(run, least, spec.arrival.kind === "concurrency" ? spec.arrival.concurrency : Infinity);
}

/** A service of stages over its load; null: a device holds it not. @throws SpecError as {@link runRetrieval} */
export function retrievalCurve(
  specs: SpecSet,
  written: RetrievalSpec,
  options: ServiceOptions,
  withEvents: boolean,
): LoadCurve<RetrievalAnswer> | null {
  const { spec, capacity } = runRetrieval(specs, written, { ...options, engine: "steady" });
  if (capacity === null) return null;
  const retriever = createRetriever(specs, spec);
  return curveOf(
    capacity,
    (rate, engine) =>
      answerOf(specs, { ...spec, arrival: { kind: "rate", rate, process: "poisson" } }, retriever, {
        ...options,
        engine,
      }),
    withEvents,
  );
}

const NOTHING = {
  ...{ capacity: null, requestsPerSecond: null, found: null, alone: null, energy: null, carbon: null, power: null },
  ...{ shares: [], corpus: null, unknown: [], boundBy: null },
} as const;

const HALVINGS = 14;

function answerOf(
  specs: SpecSet,
  spec: RetrievalSpec,
  retriever: Retriever,
  options: ServiceOptions & { readonly engine: "events" | "steady" },
): RetrievalAnswer {
  const { data, together, level } = spec;
  const capacity = foundCapacity(retriever.seconds, together) * data;
  const asked = askedRate(spec.arrival);
  const measure = (rate: number | null): Found | null => measured(spec, retriever, rate, options);
  const isOver = asked !== null && asked >= capacity;
  const found = isOver && !(spec.arrival.kind === "trace" && options.engine === "events") ? null : measure(asked);
  const broken = (of: Found) => brokenLimit(level, "latency", of.latency.atLevel);
  const violations = [...(isOver ? [overCapacity(asked, capacity)] : []), ...(found === null ? [] : broken(found))];
  let rateThatFits: number | null = null;
  if (violations.length > 0 && spec.arrival.kind !== "trace") {
    let [low, high] = [0, Math.min(capacity, asked ?? capacity)];
    for (let i = 0; i < HALVINGS && level !== null; i += 1) {
      const middle = (low + high) / 2;
      const there = measured(
        { ...spec, arrival: { kind: "rate", rate: middle, process: "poisson" } },
        retriever,
        middle,
        options,
      );
      if (broken(there).length === 0) low = middle;
      else high = middle;
    }
    rateThatFits = level === null ? capacity : low === 0 ? null : low;
  }
  const one = retriever.group(1);
  const alone = { encode: one.encode.seconds, search: one.search.seconds, rerank: one.rerank.seconds };
  const boundBy = PARTS.reduce((most, part) => (alone[part] > alone[most] ? part : most));
  const base = {
    ...({ kind: "retrieval", engine: options.engine, spec, devices: data, capacity, found, alone, boundBy } as const),
    ...{ violations, rateThatFits },
  };
  if (found === null) return { ...NOTHING, ...base };
  const served = found.requestsPerSecond * data;
  return { ...base, requestsPerSecond: served, ...billOf(specs, spec, retriever, found, served) };
}

function measured(
  spec: RetrievalSpec,
  { seconds }: Retriever,
  asked: number | null,
  { engine, seed = 0, requests = USUAL_REQUESTS }: ServiceOptions,
): Found {
  const { arrival, together, data, level } = spec;
  const concurrency = arrival.kind === "concurrency" ? Math.max(1, Math.ceil(arrival.concurrency / data)) : null;
  const rate = asked === null ? null : asked / data;
  if (engine === "steady") {
    if (concurrency !== null) return foundClosed(seconds, together, concurrency);
    if (rate === null) throw atOnce(spec.name);
    return foundOpen(seconds, together, rate);
  }
  const none = { mean: 1, cv: 0, drawnFrom: null };
  const drawn = drawRequests(
    { prompt: none, output: none, isPaired: false, arrival, server: { prefix: null } },
    { seed, count: requests, rate, concurrency, index: 0, of: arrival.kind === "trace" ? data : 1 },
  );
  return foundEvents(seconds, together, drawn, level?.percentile ?? null);
}

/**
 * J and g of a query:
 *
 *   encode, search, rerank   above idle + idle power · s of them, a query's part of its group       idle  the rest of the time
 *   host, site as of any service       corpus  J of all vectors, idle power and PUE with them / queries of the life at the served load
 */
function billOf(
  specs: SpecSet,
  spec: RetrievalSpec,
  retriever: Retriever,
  found: Found,
  served: number,
): Pick<RetrievalAnswer, "energy" | "carbon" | "power" | "shares" | "corpus" | "unknown"> {
  const { deployment, technology } = specs;
  const { use: still } = stillPower(specs);
  const site = siteFactor(deployment, technology);
  const machine = deployment.host;
  const deviceSeconds = spec.data / served;
  const host = machine === undefined ? 0 : (machine.power / machine.devices) * deviceSeconds;
  const queries = served * usageSeconds(deployment).use;
  const made = still === null ? NaN : (retriever.corpus.joules + still * retriever.corpus.seconds) * site;
  const corpusJoules = Number.isNaN(made) ? null : made;
  const average = (of: (group: number) => number): number =>
    found.groups.reduce((sum, chance, group) => (chance > 0 ? sum + (chance * of(group)) / group : sum), 0);
  const parts = Object.fromEntries(
    PARTS.map((part) => [
      part,
      average((group) => {
        const { seconds, joules } = retriever.group(group)[part];
        return joules + (still ?? NaN) * seconds;
      }),
    ]),
  ) as Record<Part, number>;
  const working = average((group) => {
    const each = retriever.group(group);
    return each.encode.seconds + each.search.seconds + each.rerank.seconds;
  });
  const idle = (still ?? NaN) * Math.max(0, deviceSeconds - working);
  const own = parts.encode + parts.search + parts.rerank + idle;
  const isKnown = !Number.isNaN(own) && corpusJoules !== null;
  const atSite = (site - 1) * (own + host);
  const corpusPart = isKnown ? corpusJoules / queries : null;
  const energy: QueryEnergy = isKnown
    ? { ...parts, idle, host, site: atSite, corpus: corpusPart, total: own + host + atSite + corpusPart! }
    : { ...{ encode: null, search: null, rerank: null, idle: null, site: null, corpus: null, total: null }, host };
  const machines = [{ role: "all", specs, count: 1 } as const];
  const { carbon, unknown, shares } = carbonOf(
    { specs, machines, replicas: spec.data, requestsPerSecond: served },
    energy.total,
  );
  const corpus = {
    ...{ seconds: retriever.corpus.seconds, joules: corpusJoules, queries, bytes: retriever.corpusBytes },
    carbon: corpusJoules === null ? null : gridCarbon(corpusJoules, gridIntensityOf(deployment, technology)),
  };
  return { energy, carbon, unknown, shares, corpus, power: isKnown ? own * served : null };
}
