import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import { moduleOf } from "./module-of.ts";

/*
 * A loop is cut short where it repeats itself, and what is added then is what its iterations would have added. Here a loop is any system in which
 * every time is a maximum of earlier times, each up to a margin earlier, plus a duration, beside a far port that may keep a pace of its own.
 */
const NAMES = [
  ...["ARRAY_FREE", "OUTER_READ", "INPUT_THERE", "WEIGHT_THERE", "PENDING_ARRAY"],
  ...["COMPUTE", "STALL_OUTER", "STALL_INNER", "FILL"],
] as const;
const core = await moduleOf({
  "steady-state": ["resetState", "save", "repeats", "advance", "bitOf", ...NAMES],
  hardware: ["outerLatency"],
} as const);
const state = core["steady-state"];
const START = state.ARRAY_FREE();
/** Times that play a part where the inner port is one for all operands; fields in all. */
const TIMES = 29;
const FIELDS = 31 + 15 + 6;
const indexOf = (name: (typeof NAMES)[number]): number => (state[name]() - START) / 8;
const PORT = indexOf("OUTER_READ");
const NEAR = [indexOf("INPUT_THERE"), indexOf("WEIGHT_THERE")];
const LEVEL = 3;

const SEED = 20_260_112;
const random = createRandom(SEED);
const upTo = (most: number): number => Math.floor(random.float() * (most + 1));
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

interface System {
  readonly margin: number;
  readonly latency: number;
  /** By time: what it waits for, each so much earlier; how long it then takes; null: it rests. */
  readonly rows: readonly ({ readonly waits: readonly (readonly [number, number])[]; readonly lasts: number } | null)[];
  /** The far port moves on by so much whatever the others do; 0: it is a time like any other. */
  readonly pace: number;
  readonly portWaits: readonly number[];
}

function randomSystem(): System {
  const margin = upTo(6);
  const resting = range(TIMES).map((i) => i !== 0 && random.chance(1, 3));
  const hasPort = random.chance(1, 2);
  const some = (most: number, from: readonly number[]): readonly number[] =>
    from.length === 0 ? [] : range(1 + upTo(most)).map(() => from[upTo(from.length - 1)]!);
  const others = range(TIMES).filter((i) => !hasPort || i !== PORT);
  const moving = others.filter((i) => !resting[i]!);
  return {
    margin,
    latency: upTo(4),
    pace: hasPort ? 1 + upTo(6) : 0,
    portWaits: some(
      2,
      others.filter((i) => resting[i]! && !NEAR.includes(i)),
    ),
    rows: range(TIMES).map((i) => {
      if (resting[i]! || (hasPort && i === PORT)) return null;
      const waits = [...some(2, moving), ...(random.chance(1, 2) ? some(2, range(TIMES)) : [])];
      return { waits: waits.map((j) => [j, upTo(margin)] as const), lasts: upTo(9) };
    }),
  };
}

/** One iteration: the far port brings what it has to, then the others go on. */
function iterate({ rows, pace, portWaits, latency }: System, times: readonly number[]): readonly number[] {
  const now = [...times];
  if (pace > 0) now[PORT] = Math.max(times[PORT]!, ...portWaits.map((i) => times[i]!)) + pace;
  const there = (i: number): number => (pace > 0 && i === PORT ? now[PORT]! + latency : times[i]!);
  rows.forEach((row, i) => {
    if (row !== null) now[i] = Math.max(...row.waits.map(([j, earlier]) => there(j) - earlier)) + row.lasts;
  });
  return now;
}

describe(`the steady state of a loop (seed ${SEED})`, () => {
  it("is found where a loop repeats itself, and further iterations are what walking them gives", () => {
    const seen = { cases: 0, found: 0, withResting: 0, withPort: 0, lateFound: 0 };
    for (let run = 0; run < 3000; run++) {
      const system = randomSystem();
      core.hardware.outerLatency(system.latency);
      let times: readonly number[] = range(TIMES).map(() => upTo(60));
      seen.cases += 1;
      state.resetState();
      for (const iteration of range(40)) {
        core.put(START, times);
        state.save(LEVEL);
        const next = iterate(system, times);
        core.put(START, next);
        if (state.repeats(LEVEL, system.margin, 0) === 0) {
          times = next;
          continue;
        }
        const count = 1 + upTo(30);
        state.advance(LEVEL, count);
        let walked = next;
        for (let again = 0; again < count; again++) walked = iterate(system, walked);
        expect(core.from(START, TIMES)).toEqual(walked);
        seen.found += 1;
        if (next.some((time, i) => time === times[i])) seen.withResting += 1;
        if (system.pace > 0 && next[PORT]! - times[PORT]! < next[0]! - times[0]!) seen.withPort += 1;
        if (iteration > 4) seen.lateFound += 1;
        break;
      }
    }
    console.log("steady states:", seen);
    expect(seen.found).toBeGreaterThan(0.3 * seen.cases);
    for (const count of [seen.withResting, seen.withPort, seen.lateFound]) expect(count).toBeGreaterThan(50);
  });

  /** A state in which all times move on by ten, with so much in further fields before and now. */
  function moved(before: Readonly<Record<number, number>>, now: Readonly<Record<number, number>>): void {
    state.resetState();
    const put = (base: number, fields: Readonly<Record<number, number>>): void => {
      core.put(
        START,
        range(31).map((i) => base + i),
      );
      for (const [i, value] of Object.entries(fields)) core.put(START + 8 * Number(i), [value]);
    };
    put(100, before);
    state.save(LEVEL);
    put(110, now);
  }

  it("is none where a fact has changed, or where nothing moves", () => {
    const fact = indexOf("PENDING_ARRAY") + 3;
    moved({ [fact]: 7 }, { [fact]: 7 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(1);
    moved({ [fact]: 7 }, { [fact]: 8 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(0);
    state.resetState();
    state.save(LEVEL);
    expect(state.repeats(LEVEL, 0, 0)).toBe(0);
  });

  it("is none where a late time rests, but for one that the loop does not read", () => {
    const late = indexOf("INPUT_THERE");
    moved({ [late]: 500 }, { [late]: 500 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(0);
    expect(state.repeats(LEVEL, 0, 1 << late)).toBe(1);
    expect(state.repeats(LEVEL, 0, state.bitOf(state.INPUT_THERE()))).toBe(1);
    // Up to the margin before the first of the moving times.
    for (const [time, isFound] of [
      [95, 1],
      [96, 0],
    ] as const) {
      moved({ [late]: time }, { [late]: time });
      expect(state.repeats(LEVEL, 5, 0)).toBe(isFound);
    }
  });

  it("leaves the far port a pace of its own, as long as it stays behind", () => {
    const write = PORT + 1;
    /** Whether a loop repeats itself in which the port moves from 60 to `now`, and so much else stands elsewhere. */
    const isFound = (now: number, latency: number, margin: number, before = {}, after = before): number => {
      core.hardware.outerLatency(latency);
      moved({ [PORT]: 60, ...before }, { [PORT]: now, ...after });
      return state.repeats(LEVEL, margin, 0);
    };
    // The first of the moving times is 100; they move on by ten.
    expect([isFound(64, 30, 6), isFound(64, 31, 6), isFound(64, 30, 7)]).toEqual([1, 0, 0]);
    expect([isFound(69, 0, 0), isFound(71, 0, 0), isFound(59, 0, 0)]).toEqual([1, 0, 0]);
    // Both ways at one pace.
    expect([
      isFound(64, 0, 0, { [write]: 50 }, { [write]: 54 }),
      isFound(64, 0, 0, { [write]: 50 }, { [write]: 55 }),
    ]).toEqual([1, 0]);
    // It waits for nothing that rests later than it, but what comes to the array does not keep it.
    const [freed, there] = [NEAR[0]! + 1, NEAR[0]!];
    expect([isFound(64, 0, 0, { [freed]: 60 }), isFound(64, 0, 0, { [freed]: 61 })]).toEqual([1, 0]);
    expect(isFound(64, 0, 0, { [there]: 61 })).toBe(1);
    // Another time has no pace of its own.
    expect(isFound(64, 0, 0, { [freed]: 50 }, { [freed]: 54 })).toBe(0);
  });

  it("adds up what only adds up, and counts stalls that fill as far as all of them do", () => {
    const [computed, stalls, fill] = [indexOf("COMPUTE"), indexOf("STALL_OUTER"), indexOf("FILL")];
    moved({ [computed]: 40, [stalls]: 9 }, { [computed]: 47, [stalls]: 11 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(1);
    state.advance(LEVEL, 4);
    expect(core.at(state.COMPUTE())).toBe(47 + 4 * 7);
    expect(core.at(state.STALL_OUTER())).toBe(11 + 4 * 2);
    expect(core.from(START, FIELDS)[0]).toBe(110 + 4 * 10);
    // Since the last step that fills: 9 − 5 before and 11 − 7, or 11 − 6, now.
    moved({ [stalls]: 9, [fill]: 5 }, { [stalls]: 11, [fill]: 7 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(1);
    moved({ [stalls]: 9, [fill]: 5 }, { [stalls]: 11, [fill]: 6 });
    expect(state.repeats(LEVEL, 0, 0)).toBe(0);
  });
});
