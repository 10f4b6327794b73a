import { problemOf, SpecError } from "../errors/index.ts";
import { specSetOf, type SpecSet } from "../spec/settings.ts";
import { apartCapacity, boundOf, steadyApartClosed, steadyApartOpen } from "./steady-apart.ts";
import { billOf, type Bill, type Machines } from "./bill.ts";
import { measureEvents, measureSteady, saturatedRate, type BatchArrival, type Measured } from "./measure.ts";
import { PassRefused } from "./pieces.ts";
import { plantOf, type Plant } from "./plant.ts";
import { meanScore } from "./quality.ts";
import type { Steady } from "./steady-energy.ts";
import { steadyClosed } from "./steady-closed.ts";
import { capacityOf, steadyOpen } from "./steady-open.ts";
import { decodingDevices, devicesOfReplica, type Arrival, type ServiceLevel, type ServiceSpec } from "./types.ts";

export const ENGINES = ["events", "steady"] as const;
export type Engine = (typeof ENGINES)[number];

export interface ServiceOptions {
  /** Devices in all; auto: the fewest that keep the load and the level; absent: as `parallel` says. */
  readonly devices?: number | "auto" | undefined;
  readonly engine?: Engine | undefined;
  readonly seed?: number | undefined;
  /** Requests to simulate where there is no trace. */
  readonly requests?: number | undefined;
}

/** A limit that is not kept, as those of designs are said. */
export interface ServiceViolation {
  readonly constraint: string;
  readonly by: number;
  readonly unit: string;
  readonly detail: string;
}

export interface ServiceAnswer {
  readonly kind: "service";
  readonly engine: Engine;
  readonly spec: ServiceSpec;
  readonly devices: number;
  /** Requests a second that all devices keep up with, whatever the level; null: the server cannot be. */
  readonly capacity: number | null;
  /** Of the load: all devices together, 1/s; of a closed loop what it makes of itself. */
  readonly requestsPerSecond: number | null;
  /** null: there is no steady state, or no server. */
  readonly measured: Measured | null;
  readonly bill: Bill | null;
  readonly plant: Plant | null;
  readonly boundBy: string | null;
  /** With devices for prompts alone, which part bounds capacity; null: there are none. */
  readonly capacityBoundBy: "prefill" | "link" | "decode" | null;
  /** Mean score of the answers; null: the service says nothing of quality. */
  readonly quality: number | null;
  readonly violations: readonly ServiceViolation[];
  /** Highest rate that keeps capacity and level, 1/s, where the asked one does not; null: it does, or none does. */
  readonly rateThatFits: number | null;
}

/**
 * A service on devices of one kind: times, energy and carbon of its requests at their load.
 *
 * @throws SpecError where model, hardware, service and devices do not go together
 */
export function runService(specs: SpecSet, written: ServiceSpec, options: ServiceOptions = {}): ServiceAnswer {
  const { engine = "events", seed = 0 } = options;
  const spec = withDevices(written, options.devices);
  let plant: ReturnType<typeof plantOf>;
  try {
    plant = plantOf(specs, spec);
  } catch (error) {
    if (!(error instanceof PassRefused)) throw error;
    const { constraint, by, unit, detail } = error.infeasible;
    return noServer(spec, engine, { constraint, by, unit, detail });
  }
  if ("reason" in plant)
    return noServer(spec, engine, { constraint: "memory", by: 0, unit: "B", detail: plant.reason });
  const run = new ServiceRun(specs, spec, plant, { engine, seed, requests: options.requests });
  return options.devices === "auto" ? run.fewest() : run.answer(spec.parallel.data);
}

/** Shares of the capacity that a picture over the load is drawn at, and those that the events are asked for. */
const CURVE = Array.from({ length: 19 }, (_, i) => 0.05 * (i + 1));
const POINTS = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9];

/** Answers over the load, as Poisson arrivals at shares of the capacity. */
export interface LoadCurve<Answer> {
  /** In closed form. */
  readonly steady: readonly Answer[];
  /** Of the events, at fewer loads; none where they were not asked for. */
  readonly events: readonly Answer[];
}

/** {@link LoadCurve} of whatever answers at a rate. @param capacity requests a second */
export function curveOf<Answer>(
  capacity: number,
  answerAt: (rate: number, engine: Engine) => Answer,
  withEvents: boolean,
): LoadCurve<Answer> {
  const at = (shares: readonly number[], engine: Engine): readonly Answer[] =>
    shares.map((share) => answerAt(share * capacity, engine));
  return { steady: at(CURVE, "steady"), events: withEvents ? at(POINTS, "events") : [] };
}

/** A service over its load; null: the server cannot be. @throws SpecError as {@link runService} */
export function serviceCurve(
  specs: SpecSet,
  written: ServiceSpec,
  options: ServiceOptions,
  withEvents: boolean,
): LoadCurve<ServiceAnswer> | null {
  const first = runService(specs, written, { ...options, engine: "steady" });
  const { plant, spec, capacity } = first;
  if (plant === null || capacity === null) return null;
  const answerAt = (rate: number, engine: Engine): ServiceAnswer => {
    const own: ServiceSpec = { ...spec, arrival: { kind: "rate", rate, process: "poisson" } };
    return new ServiceRun(specs, own, plant, { engine, seed: options.seed ?? 0, requests: options.requests }).answer(
      spec.parallel.data,
    );
  };
  return curveOf(capacity, answerAt, withEvents);
}

function noServer(spec: ServiceSpec, engine: Engine, violation: ServiceViolation): ServiceAnswer {
  const nothing = {
    capacity: null,
    requestsPerSecond: null,
    measured: null,
    bill: null,
    plant: null,
    boundBy: null,
    capacityBoundBy: null,
    quality: null,
  };
  const devices = devicesOfReplica(spec) * spec.parallel.data;
  return { ...{ kind: "service", engine, spec, devices }, ...nothing, violations: [violation], rateThatFits: null };
}

/** A number of devices says how many replicas there are. */
function withDevices(spec: ServiceSpec, devices: number | "auto" | undefined): ServiceSpec {
  if (devices === undefined || devices === "auto") return spec;
  const own = devicesOfReplica(spec);
  const place = `--devices ${devices}`;
  if (devices % own !== 0) {
    const message = `${devices} devices are no whole number of replicas: parallel makes a replica of ${own}.`;
    throw new SpecError([problemOf(place, "service/devices", message)]);
  }
  const data = devices / own;
  if (spec.parallel.data !== 1 && spec.parallel.data !== data) {
    const message = `parallel.data is ${spec.parallel.data}, which makes ${own * spec.parallel.data} devices: give one of the two.`;
    throw new SpecError([problemOf(place, "service/devices", message)]);
  }
  return { ...spec, parallel: { ...spec.parallel, data } };
}

const MOST_REPLICAS = 65_536;
const HALVINGS = 14;

class ServiceRun {
  readonly #saturated: { rate: number | null } = { rate: null };

  constructor(
    readonly specs: SpecSet,
    readonly spec: ServiceSpec,
    readonly plant: Plant,
    readonly options: { readonly engine: Engine; readonly seed: number; readonly requests: number | undefined },
  ) {}

  /** Requests a second that one batch keeps up with. */
  #batchCapacity(): number {
    this.#saturated.rate ??=
      this.options.engine === "steady"
        ? steadyCapacity(this.plant)
        : saturatedRate(this.plant, this.spec, this.options.seed);
    return this.#saturated.rate;
  }

  /** One batch at its part of the load; null: it does not keep up. */
  #measure(arrival: BatchArrival, batches: number): Measured | null {
    const { law, load } = this.plant;
    const { engine, seed, requests } = this.options;
    const isOver = arrival.rate !== null && arrival.rate >= this.#batchCapacity();
    // A trace ends, so that its requests have times whatever the capacity is.
    const isFinite = engine === "events" && this.spec.arrival.kind === "trace";
    if (isOver && !isFinite) return null;
    if (engine === "events")
      return measureEvents(this.plant, this.spec, arrival, {
        seed,
        batches,
        ...(requests === undefined ? {} : { requests }),
      });
    if (arrival.rate === null && arrival.concurrency === null) throw atOnce(this.spec.name);
    return measureSteady(steadyOf(this.plant, arrival), load.output, law.held);
  }

  #arrivalOf(batches: number, asked: number | null): BatchArrival {
    const { arrival } = this.spec;
    if (asked !== null) return { rate: asked / batches, concurrency: null };
    if (arrival.kind === "trace") return { rate: null, concurrency: null };
    const concurrency = arrival.kind === "concurrency" ? arrival.concurrency : 1;
    // Of batches that cannot have equal parts the fuller ones are looked at.
    return { rate: null, concurrency: Math.max(1, Math.ceil(concurrency / batches)) };
  }

  answer(data: number): ServiceAnswer {
    const { plant, options, specs } = this;
    const spec = { ...this.spec, parallel: { ...this.spec.parallel, data } };
    const { server } = plant;
    const [batches, devices] = [server.batches * data, devicesOfReplica(spec) * data];
    const asked = askedRate(this.spec.arrival);
    const capacity = this.#batchCapacity() * batches;
    const arrival = this.#arrivalOf(batches, asked);
    const tooLong = this.#tooLong();
    const measured = tooLong === null ? this.#measure(arrival, batches) : null;
    const isOver = tooLong === null && asked !== null && asked >= capacity;
    const violations = [
      ...(tooLong === null ? [] : [tooLong]),
      ...(isOver ? [overCapacity(asked, capacity)] : []),
      ...(measured === null ? [] : [...brokenLimits(spec.level, measured), ...refusedOf(measured)]),
    ];
    const served = measured === null ? null : measured.steady.requestsPerSecond * batches;
    const busy = measured?.steady.batch ?? plant.law.most;
    const boundBy = largestOf(server.explain(busy, plant.law.context));
    const capacityBoundBy = plant.apart === null ? null : boundOf(apartCapacity(plant.law, plant.apart));
    const base = {
      kind: "service" as const,
      engine: options.engine,
      spec,
      quality: meanScore(spec),
      devices,
      capacity,
      plant,
      measured,
      requestsPerSecond: served,
      capacityBoundBy,
      violations,
    };
    const rateThatFits =
      violations.length === 0 || tooLong !== null ? null : this.#rateThatFits(batches, capacity, asked ?? served!);
    if (measured === null || served === null) return { ...base, bill: null, boundBy, rateThatFits };
    const bill = billOf({
      ...{ specs, steady: measured.steady, requestsPerSecond: served, network: spec.network },
      ...{ machines: machinesOf(specs, plant, spec), replicas: data, batchesOfReplica: server.batches },
      tokensOfRequest: plant.load.cached + plant.load.output,
      moved: plant.apart === null ? 0 : plant.apart.tokenBytes * plant.apart.wire.energy,
    });
    return { ...base, bill, boundBy, rateThatFits };
  }

  /** The fewest replicas whose answer keeps everything; where none does, that of as many as the load has use for. */
  fewest(): ServiceAnswer {
    const { arrival } = this.spec;
    const asked = askedRate(arrival);
    const most = arrival.kind === "concurrency" ? arrival.concurrency : MOST_REPLICAS;
    const least =
      asked === null ? 1 : Math.max(1, Math.ceil(asked / (this.#batchCapacity() * this.plant.server.batches)));
    return fewestReplicas((data) => this.answer(data), least, most);
  }

  /** A request that no cache holds, where all are alike. */
  #tooLong(): ServiceViolation | null {
    const { server, load } = this.plant;
    const tokens = load.cached + load.output;
    if (this.spec.prompt.cv > 0 || this.spec.output.cv > 0 || tokens <= server.kvTokens) return null;
    const by = tokens - server.kvTokens;
    const detail = `a request of ${tokens} tokens does not fit the ${server.kvTokens} that the cache holds`;
    return { constraint: "kv_capacity", by, unit: "tokens", detail };
  }

  #rateThatFits(batches: number, capacity: number, asked: number): number | null {
    const { level, arrival } = this.spec;
    if (arrival.kind === "trace") return null;
    const fits = (rate: number): boolean => {
      const measured = this.#measure({ rate: rate / batches, concurrency: null }, batches);
      return measured !== null && brokenLimits(level, measured).length === 0 && measured.refused === 0;
    };
    let [low, high] = [0, Math.min(asked, capacity)];
    if (level === null) return capacity;
    for (let i = 0; i < HALVINGS; i += 1) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return low === 0 ? null : low;
  }
}

const steadyCapacity = ({ law, apart }: Plant): number => {
  if (apart === null) return capacityOf(law);
  const parts = apartCapacity(law, apart);
  return parts[boundOf(parts)];
};

function steadyOf({ law, apart }: Plant, { rate, concurrency }: BatchArrival): Steady {
  if (apart === null) return concurrency === null ? steadyOpen(law, rate!) : steadyClosed(law, concurrency);
  return concurrency === null ? steadyApartOpen(law, apart, rate!) : steadyApartClosed(law, apart, concurrency);
}

/** Devices of a replica by their kind. */
function machinesOf(specs: SpecSet, { apart }: Plant, { parallel, members }: ServiceSpec): readonly Machines[] {
  if (members !== null) {
    const { model, deployment, technology } = specs;
    return members.members.map(({ hardware }) => ({
      role: "all",
      specs: hardware === null ? specs : specSetOf({ hardware, model, deployment, technology }),
      count: 1,
    }));
  }
  const decoding: Machines = { role: apart === null ? "all" : "decode", specs, count: decodingDevices(parallel) };
  return apart === null ? [decoding] : [decoding, { role: "prefill", specs: apart.specs, count: apart.devices }];
}

/** Requests a second that come, all devices together; null: as they are served, or all at once. */
export function askedRate(arrival: Arrival): number | null {
  if (arrival.kind === "rate") return arrival.rate;
  if (arrival.kind === "concurrency") return null;
  const { arrivals } = arrival.trace;
  const last = arrivals.at(-1)!;
  return last === 0 ? null : (arrivals.length - 1) / last;
}

/** The answer of the fewest replicas, `least` at least, that keeps everything; where none does, of as many as the load has use for. */
export function fewestReplicas<Answer extends { readonly violations: readonly ServiceViolation[] }>(
  answer: (replicas: number) => Answer,
  least: number,
  most: number,
): Answer {
  let [low, high] = [least, least];
  let found = answer(high);
  while (found.violations.length > 0 && high < most && high < 64 * least) {
    low = high + 1;
    high = Math.min(most, 2 * high);
    found = answer(high);
  }
  while (found.violations.length === 0 && low < high) {
    const middle = Math.floor((low + high) / 2);
    const there = answer(middle);
    if (there.violations.length === 0) [found, high] = [there, middle];
    else low = middle + 1;
  }
  return found;
}

export function atOnce(name: string): SpecError {
  const message = "All requests of the trace come at once, which has no steady state: use the events.";
  return new SpecError([problemOf(name, "service/engine", message)]);
}

export function overCapacity(asked: number, capacity: number): ServiceViolation {
  const detail = `${asked.toPrecision(4)} requests a second are asked for, and ${capacity.toPrecision(4)} is what the devices keep up with`;
  return { constraint: "capacity", by: asked - capacity, unit: "1/s", detail };
}

function brokenLimits(level: ServiceLevel | null, measured: Measured): readonly ServiceViolation[] {
  return (["ttft", "tpot", "latency"] as const).flatMap((key) => brokenLimit(level, key, measured[key].atLevel));
}

export function brokenLimit(
  level: ServiceLevel | null,
  key: "ttft" | "tpot" | "latency",
  value: number | null,
): readonly ServiceViolation[] {
  const limit = level === null ? null : level[key];
  if (level === null || limit === null || value === null || value <= limit) return [];
  const what = level.percentile === null ? "mean" : `percentile ${level.percentile}`;
  const detail = `${what} of ${key} is ${value.toPrecision(4)} s, and at most ${limit} s are allowed`;
  return [{ constraint: `level.${key}`, by: value - limit, unit: "s", detail }];
}

function refusedOf({ refused }: Measured): readonly ServiceViolation[] {
  if (refused === 0) return [];
  const detail = `${refused} requests have more tokens than the cache holds, and were refused`;
  return [{ constraint: "kv_capacity", by: refused, unit: "requests", detail }];
}

function largestOf(parts: ReadonlyMap<string, number>): string | null {
  let [most, name]: [number, string | null] = [-Infinity, null];
  for (const [what, seconds] of parts) if (seconds > most) [most, name] = [seconds, what];
  return name;
}
