import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stepPlaces } from "../../../src/mapping/steps.ts";
import {
  createCore,
  simulateMapping,
  traceMapping,
  type GemmTrace,
  type MappedGemm,
  type TraceEvent,
} from "../../../src/sim/index.ts";
import type { Port } from "../../../src/spec/hardware.ts";
import { effort, passing, ported, runsCase, seed, walkCase, type WalkCase } from "../../oracle/cases.ts";
import { whyIllegal } from "../../oracle/legality.ts";
import { levelsOf } from "../../oracle/levels.ts";
import { walk, type Log, type Span } from "../../oracle/slow-walker.ts";
import { stepsOf } from "../../oracle/steps.ts";

const builds = (["core", "core.scalar", "core.debug"] as const).map((name) => createCore(name));

/** What takes time, in order. */
const taking = (spans: readonly Span[]): readonly Span[] => spans.filter(([begin, end]) => end > begin);
const spansOf = (events: readonly TraceEvent[]): readonly Span[] => events.map(({ begin, end }) => [begin, end]);

function logOf({ hardware, problem, mapping }: WalkCase): Log {
  const log: Log = { outerRead: [], outerWrite: [], innerRead: [], innerWrite: [], array: [] };
  walk(hardware, problem, mapping, log);
  return log;
}

function checkTrace(each: WalkCase, { events, leftOut }: GemmTrace, { timing }: MappedGemm): void {
  const { hardware, problem, mapping } = each;
  const log = logOf(each);
  const near = levelsOf(hardware).outerIs ?? "dram";
  const of = (kind: TraceEvent["kind"], place: TraceEvent["place"]): readonly Span[] =>
    spansOf(events.filter((event) => event.kind === kind && event.place === place));
  expect(leftOut).toBe(0);
  if (near !== "dram") {
    expect(of("read", "dram")).toEqual(taking(log.outerRead));
    expect(of("write", "dram")).toEqual(taking(log.outerWrite));
  }
  expect(of("read", near)).toEqual(taking(log.innerRead));
  expect(of("write", near)).toEqual(taking(log.innerWrite));
  expect(of("compute", "array")).toEqual(taking(log.array));
  // Of one port, and of both directions of a shared one, events never overlap; nor do those of the array with its waits.
  const portOf = (place: "dram" | "global" | "local"): Port | undefined =>
    ({ dram: hardware.dram, global: hardware.globalBuffer, local: hardware.localBuffer })[place]?.port;
  const shared = (place: "dram" | "global" | "local"): boolean => portOf(place)?.shared ?? false;
  for (const place of ["dram", "global", "local"] as const) {
    const [reads, writes] = [of("read", place), of("write", place)];
    const own = portOf(place)?.reads;
    if (own === undefined)
      for (const spans of shared(place) ? [[...reads, ...writes]] : [reads, writes]) expectApart(spans);
    else {
      const together: readonly string[] = own.together ?? [];
      const apart = ["input", "weight", "output"].filter((operand) => operand !== together[1]);
      for (const operand of apart) {
        const on: readonly string[] = operand === together[0] ? together : [operand];
        const isOn = (each: TraceEvent): boolean => each.place === place && on.includes(each.operand ?? "");
        const mine = events.filter((each) => isOn(each) && (each.kind === "read" || shared(place)));
        expectApart(spansOf(mine.filter(({ kind }) => kind === "read" || kind === "write")));
      }
    }
  }
  expectApart(spansOf(events.filter(({ kind }) => kind === "compute" || kind === "wait")));
  expectApart(of("arrayPort", "local"));
  // The waits add up to the stalls by cause, but for what comes behind the last step.
  const waited = (place: string): number =>
    events.reduce(
      (sum, event) => (event.kind === "wait" && event.place === place ? sum + event.end - event.begin : sum),
      0,
    );
  const { stallCycles, cycles, lastDrainCycles } = timing;
  for (const place of ["dram", "global", "local"] as const)
    expect(waited(place)).toBeLessThanOrEqual(stallCycles[place]);
  const last = events.reduce((most, { end }) => Math.max(most, end), 0);
  expect(last).toBeLessThanOrEqual(cycles);
  const arrayEnd = Math.max(
    0,
    ...events.filter(({ kind }) => ["compute", "wait"].includes(kind)).map(({ end }) => end),
  );
  expect(arrayEnd).toBe(cycles - lastDrainCycles);
  // Steps by number are those of the loops.
  const steps = stepsOf(problem, mapping);
  const placeOf = stepPlaces(mapping, problem);
  for (const { step } of events.slice(0, 40)) {
    const { batch, outer, inner } = placeOf(step);
    const of = (d: "m" | "n" | "k"): string => `${outer[d]}.${inner[d]}`;
    expect(`b${batch} m${of("m")} k${of("k")}`).toBe(steps[step]!.innerName.input);
    expect(`b${batch} n${of("n")} k${of("k")}`).toBe(steps[step]!.innerName.weight);
  }
}

function expectApart(spans: readonly Span[]): void {
  const sorted = [...spans].sort((a, b) => a[0] - b[0]);
  for (const [i, [begin]] of sorted.entries()) expect(i === 0 || begin >= sorted[i - 1]![1], "overlap").toBe(true);
}

describe(`events of a walk, against those of the slow walker (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each<readonly [string, fc.Arbitrary<WalkCase>, number]>([
    ["random mappings", walkCase, 250],
    ["operands past the global buffer", passing(walkCase), 200],
    ["ports of their own", ported(walkCase), 200],
    ["long runs", runsCase, 100],
  ])(
    "%s",
    (_, cases, runs) => {
      let traced = 0;
      fc.assert(
        fc.property(cases, (each) => {
          const { hardware, problem, mapping } = each;
          if (whyIllegal(hardware, problem, mapping) !== null) return;
          traced += 1;
          for (const core of builds) {
            const result = simulateMapping(hardware, problem, mapping, { core }) as MappedGemm;
            checkTrace(each, traceMapping(hardware, problem, mapping, Infinity, { core }), result);
          }
        }),
        { seed, numRuns: runs * effort },
      );
      expect(traced).toBeGreaterThan(runs / 5);
    },
    120_000 * effort,
  );

  it("takes the first ones of many, and says how many are left out", () => {
    fc.assert(
      fc.property(walkCase, fc.integer({ min: 1, max: 5000 }), ({ hardware, problem, mapping }, most) => {
        fc.pre(whyIllegal(hardware, problem, mapping) === null);
        const all = traceMapping(hardware, problem, mapping, Infinity);
        const some = traceMapping(hardware, problem, mapping, most);
        expect(some.events).toEqual(all.events.slice(0, most));
        expect(some.leftOut).toBe(all.events.length - some.events.length);
      }),
      { seed, numRuns: 100 * effort, maxSkipsPerRun: 100 },
    );
  });
});
