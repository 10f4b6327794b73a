import { problemOf, SpecError } from "../errors/index.ts";
import type { SpecSet } from "../spec/settings.ts";
import { billOf, type Bill } from "./bill.ts";
import { measureEvents, measureSteady, saturatedRate, type BatchArrival, type Measured } from "./measure.ts";
import { PassRefused } from "./pieces.ts";
import { plantOf, type Plant } from "./plant.ts";
import { meanScore } from "./quality.ts";
import { steadyClosed } from "./steady-closed.ts";
import { capacityOf, steadyOpen } from "./steady-open.ts";
import { devicesOfReplica, type ServiceLevel, type ServiceSpec } from "./types.ts";

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

function noServer(spec: ServiceSpec, engine: Engine, violation: ServiceViolation): ServiceAnswer {
  const nothing = {
    capacity: null,
    requestsPerSecond: null,
    measured: null,
    bill: null,
    plant: null,
    boundBy: null,
    quality: null,
  };
  const devices = devicesOfReplica(spec.parallel) * spec.parallel.data;
  return { ...{ engine, spec, devices }, ...nothing, violations: [violation], rateThatFits: null };
}

/** A number of devices says how many replicas there are. */
function withDevices(spec: ServiceSpec, devices: number | "auto" | undefined): ServiceSpec {
  if (devices === undefined || devices === "auto") return spec;
  const own = devicesOfReplica(spec.parallel);
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
        ? capacityOf(this.plant.law)
        : saturatedRate(this.plant.server, this.spec, this.options.seed);
    return this.#saturated.rate;
  }

  /** Requests a second that come, all devices together; null: as they are served, or all at once. */
  #asked(): number | null {
    const { arrival } = this.spec;
    if (arrival.kind === "rate") return arrival.rate;
    if (arrival.kind === "concurrency") return null;
    const { arrivals } = arrival.trace;
    const last = arrivals.at(-1)!;
    return last === 0 ? null : (arrivals.length - 1) / last;
  }

  /** One batch at its part of the load; null: it does not keep up. */
  #measure(arrival: BatchArrival, batches: number): Measured | null {
    const { server, law, load } = this.plant;
    const { engine, seed, requests } = this.options;
    const isOver = arrival.rate !== null && arrival.rate >= this.#batchCapacity();
    // A trace ends, so that its requests have times whatever the capacity is.
    const isFinite = engine === "events" && this.spec.arrival.kind === "trace";
    if (isOver && !isFinite) return null;
    if (engine === "events")
      return measureEvents(server, this.spec, arrival, {
        seed,
        batches,
        ...(requests === undefined ? {} : { requests }),
      });
    if (arrival.rate === null && arrival.concurrency === null) throw atOnce(this.spec.name);
    const steady =
      arrival.concurrency === null ? steadyOpen(law, arrival.rate!) : steadyClosed(law, arrival.concurrency);
    return measureSteady(steady, load.output, law.held);
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
    const replica = devicesOfReplica(spec.parallel);
    const [batches, devices] = [server.batches * data, replica * data];
    const asked = this.#asked();
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
    const base = {
      engine: options.engine,
      spec,
      quality: meanScore(spec),
      devices,
      capacity,
      plant,
      measured,
      requestsPerSecond: served,
      violations,
    };
    const rateThatFits =
      violations.length === 0 || tooLong !== null ? null : this.#rateThatFits(batches, capacity, asked ?? served!);
    const busy = measured?.steady.batch ?? plant.law.most;
    const boundBy = largestOf(server.explain(busy, plant.law.context));
    if (measured === null || served === null) return { ...base, bill: null, boundBy, rateThatFits };
    const bill = billOf({
      ...{ specs, steady: measured.steady, devices, requestsPerSecond: served, network: spec.network },
      ...{ batchesOfReplica: server.batches, devicesOfReplica: replica },
      tokensOfRequest: plant.load.cached + plant.load.output,
    });
    return { ...base, bill, boundBy, rateThatFits };
  }

  /** The fewest replicas whose answer keeps everything; where none does, that of as many as the load has use for. */
  fewest(): ServiceAnswer {
    const { arrival } = this.spec;
    const asked = this.#asked();
    const most = arrival.kind === "concurrency" ? arrival.concurrency : MOST_REPLICAS;
    const least =
      asked === null ? 1 : Math.max(1, Math.ceil(asked / (this.#batchCapacity() * this.plant.server.batches)));
    let [low, high] = [least, least];
    let found = this.answer(high);
    while (found.violations.length > 0 && high < most && high < 64 * least) {
      low = high + 1;
      high = Math.min(most, 2 * high);
      found = this.answer(high);
    }
    while (found.violations.length === 0 && low < high) {
      const middle = Math.floor((low + high) / 2);
      const there = this.answer(middle);
      if (there.violations.length === 0) [found, high] = [there, middle];
      else low = middle + 1;
    }
    return found;
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

function atOnce(name: string): SpecError {
  const message = "All requests of the trace come at once, which has no steady state: use the events.";
  return new SpecError([problemOf(name, "service/engine", message)]);
}

function overCapacity(asked: number, capacity: number): ServiceViolation {
  const detail = `${asked.toPrecision(4)} requests a second are asked for, and ${capacity.toPrecision(4)} is what the devices keep up with`;
  return { constraint: "capacity", by: asked - capacity, unit: "1/s", detail };
}

function brokenLimits(level: ServiceLevel | null, measured: Measured): readonly ServiceViolation[] {
  if (level === null) return [];
  return (["ttft", "tpot", "latency"] as const).flatMap((key) => {
    const [limit, value] = [level[key], measured[key].atLevel];
    if (limit === null || value === null || value <= limit) return [];
    const what = level.percentile === null ? "mean" : `percentile ${level.percentile}`;
    const detail = `${what} of ${key} is ${value.toPrecision(4)} s, and at most ${limit} s are allowed`;
    return [{ constraint: `level.${key}`, by: value - limit, unit: "s", detail }];
  });
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
