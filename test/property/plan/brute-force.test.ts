import { describe, expect, it } from "vitest";
import { plan, planVariants, type Interval, type Job, type Policy, type RegionTrace } from "../../../src/plan/index.ts";
import type { Series } from "../../../src/spec/series.ts";
import { createRandom, type Random } from "../../../src/random/index.ts";

// Small problems against every plan there is. All of it is written from the definitions, minute by minute.

const MINUTE = 60_000;
const STEP = 5;
const SEED = 20_261_101;
const CASES = 200;

const seriesOf = (random: Random, count: number, most: number, step = STEP): Series => ({
  start: 0,
  step: step * MINUTE,
  values: Float64Array.from({ length: count }, () => 5 + random.below(most)),
});

/** kgCO2e of W in a minute at gCO2e/kWh. */
const perMinute = (power: number, intensity: number): number => (power / 60 / 1000) * (intensity / 1000);

const valueIn = ({ values, step }: Series, minute: number): number => values[Math.floor((minute * MINUTE) / step)]!;

type Minutes = readonly number[];

function runsOf(minutes: Minutes): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const at of minutes) {
    const last = runs.at(-1);
    if (last?.[1] === at) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}

/** Every set of blocks of `grain` minutes in which a job could run. */
function* waysOf(job: Job, grain: number): Generator<Minutes> {
  const [from, deadline, duration] = [job.from, job.deadline, job.duration].map((ms) => ms / MINUTE) as [
    number,
    number,
    number,
  ];
  const work = duration / grain;
  const count = (deadline - from) / grain;
  const asMinutes = (blocks: Minutes): Minutes =>
    blocks.flatMap((block) => Array.from({ length: grain }, (_, i) => from + block * grain + i));
  if (job.pause === null) {
    for (let start = 0; start + work <= count; start += 1)
      yield asMinutes(Array.from({ length: work }, (_, i) => start + i));
    return;
  }
  const least = Math.min(job.pause.least / MINUTE, duration);
  for (let set = 0; set < 2 ** count; set += 1) {
    const blocks = Array.from({ length: count }, (_, i) => i).filter((i) => (set >> i) & 1);
    if (blocks.length !== work) continue;
    const minutes = asMinutes(blocks);
    if (runsOf(minutes).every(([a, b]) => b - a >= least)) yield minutes;
  }
}

interface Way {
  readonly region: string;
  readonly minutes: Minutes;
}

function carbonOf(jobs: readonly Job[], ways: readonly Way[], regions: ReadonlyMap<string, RegionTrace>): number {
  const load = new Map<string, number>();
  let total = 0;
  ways.forEach(({ region, minutes }, i) => {
    const job = jobs[i]!;
    const { truth } = regions.get(region)!;
    for (const minute of minutes) load.set(`${region} ${minute}`, (load.get(`${region} ${minute}`) ?? 0) + job.power);
    for (const [start] of runsOf(minutes).slice(1))
      total += perMinute((job.pause!.cost / 60) * 1, valueIn(truth, start));
    const home = job.regions[0]!;
    if (region !== home) total += perMinute(job.transfer / 60, valueIn(regions.get(home)!.truth, job.from / MINUTE));
  });
  for (const [key, power] of load) {
    const [region, minute] = key.split(" ") as [string, string];
    const { truth, supply } = regions.get(region)!;
    const own = supply === null ? 0 : valueIn(supply, Number(minute));
    total += perMinute(Math.max(0, power - own), valueIn(truth, Number(minute)));
  }
  return total;
}

function isWithin(jobs: readonly Job[], ways: readonly Way[], capacity: number | null): boolean {
  if (capacity === null) return true;
  const load = new Map<string, number>();
  ways.forEach(({ region, minutes }, i) => {
    for (const minute of minutes)
      load.set(`${region} ${minute}`, (load.get(`${region} ${minute}`) ?? 0) + jobs[i]!.power);
  });
  return [...load.values()].every((power) => power <= capacity);
}

const asWay = (region: string, intervals: readonly Interval[]): Way => ({
  region,
  minutes: intervals.flatMap(({ start, end }) =>
    Array.from({ length: (end - start) / MINUTE }, (_, i) => start / MINUTE + i),
  ),
});

/** kgCO2e of the best plan there is; Infinity: none is within the limit. */
function bestOf(
  jobs: readonly Job[],
  regions: ReadonlyMap<string, RegionTrace>,
  capacity: number | null,
  grain: number,
): number {
  let best = Infinity;
  const go = (ways: readonly Way[]): void => {
    const job = jobs[ways.length];
    if (job === undefined) {
      best = Math.min(best, carbonOf(jobs, ways, regions));
      return;
    }
    for (const region of job.regions)
      for (const minutes of waysOf(job, grain)) {
        const more = [...ways, { region, minutes }];
        if (isWithin(jobs, more, capacity)) go(more);
      }
  };
  go([]);
  return best;
}

interface Case {
  readonly jobs: readonly Job[];
  readonly regions: ReadonlyMap<string, RegionTrace>;
  readonly capacity: number | null;
}

function randomCase(i: number, kind: "alone" | "shared"): Case {
  const random = createRandom(SEED, i);
  const names = kind === "alone" && random.chance(1, 3) ? ["a", "b"] : ["a"];
  const slots = 6;
  const hasSupply = kind === "shared" && random.chance(1, 2);
  const regions = new Map(
    names.map((name) => {
      const truth = seriesOf(random, slots, 300);
      return [name, { truth, forecast: truth, supply: hasSupply ? seriesOf(random, slots, 200) : null }] as const;
    }),
  );
  const jobs = Array.from({ length: kind === "alone" ? 1 : 2 + random.below(2) }, (_, k): Job => {
    const from = STEP * random.below(2);
    const deadline = STEP * (slots - random.below(2));
    const free = (deadline - from) / STEP;
    const duration = STEP * (1 + random.below(free - 1));
    const mode = random.below(3);
    const pause =
      mode === 0
        ? null
        : mode === 1
          ? { cost: 0, least: 0 }
          : { cost: 1000 * random.below(400), least: STEP * MINUTE * random.below(3) };
    const power = 50 + random.below(200);
    return {
      ...{ id: `j${k}`, power, duration: duration * MINUTE, pause, from: from * MINUTE, deadline: deadline * MINUTE },
      ...{ regions: names, transfer: names.length > 1 ? 1000 * random.below(300) : 0 },
    };
  });
  const most = Math.max(...jobs.map(({ power }) => power));
  const capacity = kind === "shared" && (!hasSupply || random.chance(1, 2)) ? most + random.below(200) : null;
  return { jobs, regions, capacity };
}

describe(`plans of ${CASES} random problems (seed ${SEED})`, () => {
  it("one job alone has the least carbon of all ways, regions and pauses", async () => {
    for (let i = 0; i < CASES; i += 1) {
      const { jobs, regions, capacity } = randomCase(i, "alone");
      const found = await plan({ jobs, regions, capacity }, { policy: "optimal", quantile: 0.3 });
      if (found.kind !== "planned") expect.unreachable();
      const best = bestOf(jobs, regions, capacity, STEP);
      const { region, intervals } = found.jobs[0]!;
      expect(carbonOf(jobs, [asWay(region, intervals)], regions), `case ${i}`).toBeCloseTo(found.carbonTotal, 12);
      expect(Math.abs(found.carbonTotal - best) / best, `case ${i}: ${found.carbonTotal} of ${best}`).toBeLessThan(
        1e-9,
      );
      expect(found.isProved).toBe(true);
    }
  });

  it(
    "jobs that share a power limit or a supply have the least carbon of all plans, or none is legal",
    { timeout: 300_000 },
    async () => {
      let [infeasible, bound] = [0, 0];
      for (let i = 0; i < CASES; i += 1) {
        const { jobs, regions, capacity } = randomCase(i, "shared");
        const found = await plan({ jobs, regions, capacity }, { policy: "optimal", quantile: 0.3 });
        const best = bestOf(jobs, regions, capacity, STEP);
        if (found.kind === "infeasible") {
          expect(best, `case ${i}`).toBe(Infinity);
          expect(found.isProved).toBe(true);
          infeasible += 1;
          continue;
        }
        const ways = found.jobs.map(({ region, intervals }) => asWay(region, intervals));
        expect(isWithin(jobs, ways, capacity), `case ${i}`).toBe(true);
        expect(carbonOf(jobs, ways, regions), `case ${i}`).toBeCloseTo(found.carbonTotal, 12);
        expect(
          Math.abs(found.carbonTotal - best) / Math.max(best, 1e-9),
          `case ${i}: ${found.carbonTotal} of ${best}`,
        ).toBeLessThan(1e-9);
        expect(found.bound).toBeLessThanOrEqual(best * (1 + 1e-9) + 1e-15);
        if (found.isProved) bound += 1;
      }
      // Both kinds have come up, and most are proved.
      expect(infeasible).toBeGreaterThan(0);
      expect(bound).toBeGreaterThan(CASES * 0.8);
    },
  );

  it("starts between the borders of slots are found: against every minute", async () => {
    for (let i = 0; i < CASES; i += 1) {
      const random = createRandom(SEED, i, 1);
      const truth = seriesOf(random, 5, 300, 15);
      const from = random.below(20);
      const duration = 1 + random.below(40);
      const deadline = from + duration + random.below(75 - from - duration + 1);
      const job: Job = {
        ...{ id: "j", power: 100, regions: [""], transfer: 0, pause: null },
        ...{ from: from * MINUTE, duration: duration * MINUTE, deadline: Math.min(75, deadline) * MINUTE },
      };
      const regions = new Map([["", { truth, forecast: truth, supply: null }]]);
      const found = await plan({ jobs: [job], regions, capacity: null }, { policy: "optimal", quantile: 0.3 });
      if (found.kind !== "planned") expect.unreachable();
      expect(found.carbonTotal, `case ${i}`).toBeCloseTo(bestOf([job], regions, null, 1), 12);
    }
  });

  it.each(["now", "mean", "threshold", "wait"] as const)(
    "policy %s follows its rule, minute by minute",
    async (policy) => {
      for (let i = 0; i < CASES; i += 1) {
        const { jobs, regions } = randomCase(i, "alone");
        const job = { ...jobs[0]!, pause: jobs[0]!.pause === null ? null : { cost: 0, least: 0 } };
        const found = await plan({ jobs: [job], regions, capacity: null }, { policy, quantile: 0.4 });
        if (found.kind !== "planned") expect.unreachable();
        const { truth } = regions.get("a")!;
        expect(found.jobs[0]!.region).toBe("a");
        expect(asWay("a", found.jobs[0]!.intervals).minutes, `case ${i}`).toEqual(ruled(policy, job, truth, 0.4));
      }
    },
  );
});

/** The rule of a policy, applied minute by minute. */
function ruled(policy: Exclude<Policy, "optimal">, job: Job, truth: Series, share: number): Minutes {
  const [from, deadline, duration] = [job.from, job.deadline, job.duration].map((ms) => ms / MINUTE) as [
    number,
    number,
    number,
  ];
  const window = Array.from({ length: deadline - from }, (_, i) => from + i);
  const values = window.map((minute) => valueIn(truth, minute));
  const through = (start: number): Minutes => Array.from({ length: duration }, (_, i) => start + i);
  if (policy === "now") return through(from);
  if (policy === "wait") {
    const open = window.filter((minute) => minute <= deadline - duration);
    const least = Math.min(...open.map((minute) => valueIn(truth, minute)));
    return through(open.find((minute) => valueIn(truth, minute) === least)!);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const limit = policy === "mean" ? mean : sorted[Math.ceil(share * sorted.length) - 1]!;
  const ran: number[] = [];
  for (const minute of window) {
    const left = duration - ran.length;
    if (left === 0) break;
    const goesOn = job.pause === null && ran.length > 0;
    const mustRun = deadline - minute <= left;
    if (goesOn || mustRun || valueIn(truth, minute) <= limit) ran.push(minute);
  }
  return ran;
}

describe("variants", () => {
  it(`have the least carbon of all assignments in ${CASES} random services`, async () => {
    for (let i = 0; i < CASES; i += 1) {
      const random = createRandom(SEED, i, 2);
      const slots = Array.from({ length: 2 + random.below(4) }, (_, t) => ({
        start: t,
        requests: random.below(50),
        intensity: 1 + random.below(400),
      }));
      if (slots.every(({ requests }) => requests === 0)) continue;
      const variants = Array.from({ length: 2 + random.below(3) }, (_, v) => ({
        name: `v${v}`,
        quality: random.below(100) / 100,
        energy: 1 + random.below(100),
      }));
      const limit = random.float() * Math.max(...variants.map(({ quality }) => quality));
      let best = Infinity;
      const total = slots.reduce((sum, { requests }) => sum + requests, 0);
      const go = (t: number, carbon: number, quality: number): void => {
        const slot = slots[t];
        if (slot === undefined) {
          if (quality / total >= limit - 1e-12) best = Math.min(best, carbon);
          return;
        }
        for (const each of variants)
          go(
            t + 1,
            carbon + (slot.requests * each.energy * slot.intensity) / 3.6e6,
            quality + slot.requests * each.quality,
          );
      };
      go(0, 0, 0);
      const found = await planVariants(slots, variants, limit);
      expect(found.cost, `case ${i}`).toBeCloseTo(best, 12);
      expect(found.bound).toBeLessThanOrEqual(best * (1 + 1e-9));
    }
  });
});
