import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { createRandom } from "../../../src/random/index.ts";
import { moduleOf } from "./module-of.ts";

/*
 * What the mapper is made of, function by function: sizes worth trying, what a size makes of a dimension, what is minimised, and which
 * mappings are kept; against sets, cutting by hand, sorting and what they promise.
 */
const core = await moduleOf({
  memory: ["RESULTS"],
  hardware: ["energyCycle"],
  mapping: ["gm", "setCores", "setArrays"],
  "mapper/candidates": ["MOST_CANDIDATES", "nextParts", "everySize", "someSizes", "tileSizes", "evenSize"],
  "mapper/sizes": [
    ...["sizeRow", "sizeAt", "chunksOf", "setSize", "firstWork", "endWork", "firstPart", "endPart"],
    ...["TILES", "STEPS", "BLOCKS", "FEWEST", "LAST", "LAST_STEPS", "FULL_STEPS", "END_STEPS", "ENDS", "EXTENT"],
    ...["TILES_OF_CORES", "LEAST_CORES"],
  ],
  "mapper/objective": [
    ...["choose", "setLeastEnergy", "score", "timeWithin", "isEnergyCounted", "isTimeCounted", "secondScore"],
    "gainOfTime",
  ],
  "mapper/short-list": ["clear", "rowOf", "scoreOf", "newKind", "worst", "keep", "copyKinds", "copyGrids", "count"],
} as const);

const SEED = 20_260_113;
const random = createRandom(SEED);
const upTo = (most: number): number => 1 + Math.floor(random.float() * most);
/** A whole number from 1 on, small ones as often as large ones. */
const sizeUpTo = (most: number): number => Math.floor(most ** random.float());
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ceil = Math.ceil;

describe(`sizes worth trying (seed ${SEED})`, () => {
  const candidates = core["mapper/candidates"];
  const to = core.memory.RESULTS();
  const most = candidates.MOST_CANDIDATES();
  const listOf = (count: number): readonly number[] => core.from(to, count);
  const falling = (sizes: Iterable<number>): readonly number[] => [...new Set(sizes)].sort((a, b) => b - a);
  /** Numbers of parts up to `last`: up to 4 each, then a power of two and one and a half of it. */
  const parts = (last: number): readonly number[] =>
    [...[1, 2, 3], ...range(30).flatMap((i) => [2 ** (i + 2), 3 * 2 ** (i + 1)])]
      .filter((each) => each <= last)
      .sort((a, b) => a - b);

  it("numbers of parts are each up to 4, and then two a doubling", () => {
    const found = [1];
    while (found.length < 20) found.push(candidates.nextParts(found.at(-1)!));
    expect(found).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]);
  });

  it("every size is there, or the largest of them", () => {
    for (const extent of [1, 5, 64, 65, 1000]) {
      const all = range(extent).map((i) => extent - i);
      expect(listOf(candidates.everySize(to, extent))).toEqual(all.slice(0, most));
    }
  });

  it("some sizes are balanced ones, and whole units around them", () => {
    let full = 0;
    for (let run = 0; run < 500; run++) {
      const [extent, unit] = [sizeUpTo(1e6), sizeUpTo(300)];
      const found = listOf(candidates.someSizes(to, extent, unit));
      const even = parts(extent).map((each) => ceil(extent / each));
      const up = even.map((each) => ceil(each / unit) * unit).filter((each) => each < extent);
      const down = even.map((each) => each - (each % unit)).filter((each) => each > 0);
      const all = falling([...even, ...up, ...down, 1]);
      expect(found).toEqual(falling(found));
      if (all.length <= most) expect(found, `${extent} in units of ${unit}`).toEqual(all);
      else {
        full += 1;
        expect(found.length).toBe(most);
        expect([found[0], found.at(-1)]).toEqual([extent, 1]);
        expect(found.filter((each) => !all.includes(each))).toEqual([]);
      }
    }
    console.log(`lists that are full: ${full}`);
  });

  it("sizes of tiles are whole units, halves, parts of a unit and, where asked for, even ones", () => {
    for (let run = 0; run < 500; run++) {
      const [extent, unit, halvings] = [sizeUpTo(20_000), sizeUpTo(300), upTo(64)];
      const evenParts = random.chance(1, 2) ? 1 : upTo(16);
      const found = listOf(candidates.tileSizes(to, extent, unit, halvings, evenParts));
      const units = ceil(extent / unit);
      const whole = parts(units).map((each) => Math.min(extent, ceil(units / each) * unit));
      const even = parts(evenParts).map((each) => ceil(extent / each));
      const ofUnit = range(30)
        .map((i) => 2 ** (i + 1))
        .filter((each) => each <= Math.min(unit, halvings))
        .map((each) => ceil(unit / each))
        .filter((each) => each < extent);
      const one = units > 1 ? [unit] : [];
      expect(found, `${extent} in units of ${unit}`).toEqual(
        falling([...whole, ...one, ...even, ceil(extent / 2), ...ofUnit]),
      );
    }
  });

  it("an even size is in whole units where that takes no part more", () => {
    for (let run = 0; run < 5000; run++) {
      const [extent, unit] = [upTo(400), upTo(20)];
      const parts = upTo(extent);
      const even = ceil(extent / parts);
      const largest = even + Math.floor(random.float() * 30);
      const found = candidates.evenSize(extent, parts, unit, largest);
      const what = `${extent} in ${parts} of at most ${largest} in units of ${unit}: ${found}`;
      if (parts === 1) {
        expect(found, what).toBe(extent);
        continue;
      }
      const units = range(largest + 1).filter((each) => each >= even && each % unit === 0);
      expect(found, what).toBeGreaterThanOrEqual(even);
      expect(found, what).toBeLessThanOrEqual(largest);
      expect(ceil(extent / found), what).toBeLessThanOrEqual(ceil(extent / even));
      // The smallest of them, if it cuts into as many parts, else the largest.
      const smallest = units[0];
      if (smallest === undefined) expect(found, what).toBe(even);
      else if (ceil(extent / smallest) === ceil(extent / even)) expect(found, what).toBe(smallest);
      else expect(found, what).toBe(units.at(-1));
    }
  });
});

describe(`what a size makes of a dimension (seed ${SEED})`, () => {
  const sizes = core["mapper/sizes"];
  /** Pieces of an extent, the last of them what is left. */
  const cut = (extent: number, size: number): readonly number[] =>
    range(ceil(extent / size)).map((i) => Math.min(size, extent - i * size));

  it("is what cutting by hand gives", () => {
    for (let run = 0; run < 2000; run++) {
      const extent = upTo(200);
      const outer = upTo(extent);
      const cores = random.chance(1, 2) ? 1 : upTo(Math.min(outer, 9));
      const [spatial, words] = [upTo(12), upTo(4)];
      const local = upTo(ceil(outer / cores));
      const row = sizes.sizeRow(upTo(3) - 1, upTo(65) - 1);
      sizes.setSize(row, local, extent, outer, cores, spatial, words);
      const outers = cut(extent, outer);
      /** Chunks of every core of each outer tile, and the inner tiles of each. */
      const chunks = outers.map((each) => cut(each, ceil(each / cores)));
      const first = chunks.map(([chunk]) => cut(chunk!, local));
      const all = first.flat();
      const steps = (tile: number): number => cut(tile, spatial).length;
      const ends = first.map((tiles) => tiles.at(-1)!);
      const field = (offset: number): number => core.at(row + offset);
      const what = `${extent}, outer ${outer}, ${cores} cores, local ${local}, ${spatial} × ${words}`;
      expect(field(0), what).toBe(local);
      expect(field(sizes.TILES()), what).toBe(all.length);
      expect(field(sizes.STEPS()), what).toBe(sum(all.map(steps)));
      expect(field(sizes.BLOCKS()), what).toBe(sum(all.map((tile) => cut(steps(tile), words).length)));
      expect(field(sizes.FEWEST()), what).toBe(first.at(-1)!.length);
      expect(field(sizes.LAST()), what).toBe(ends.at(-1));
      expect(field(sizes.LAST_STEPS()), what).toBe(steps(ends.at(-1)!));
      expect(field(sizes.FULL_STEPS()), what).toBe(steps(local));
      expect(field(sizes.END_STEPS()), what).toBe(sum(ends.map(steps)));
      expect(field(sizes.ENDS()), what).toBe(sum(ends));
      expect(field(sizes.EXTENT()), what).toBe(sum(all));
      expect(sizes.chunksOf(extent, outer, cores), what).toBe(sum(all));
      const tilesOf = chunks.map((ofCores) => ofCores.map((chunk) => cut(chunk, local).length));
      expect(field(sizes.TILES_OF_CORES()), what).toBe(sum(tilesOf.flat()));
      // At the last inner tile of an outer one.
      const atWork = tilesOf.map((counts) => counts.filter((count) => count === counts[0]).length);
      expect(field(sizes.LEAST_CORES()), what).toBe(Math.min(...atWork));
      expect(sizes.firstWork(row)).toBe(steps(local) / sum(all.map(steps)));
      expect(sizes.endWork(row)).toBe(sum(ends.map(steps)) / sum(all.map(steps)));
      expect(sizes.firstPart(row)).toBe(local / sum(all));
      expect(sizes.endPart(row)).toBe(sum(ends) / sum(all));
    }
  });

  it("stands in a row of its own for each dimension and size", () => {
    for (const dimension of range(3))
      for (const i of range(65)) core.put(sizes.sizeRow(dimension, i), [100 * dimension + i]);
    for (const dimension of range(3))
      for (const i of range(65)) expect(sizes.sizeAt(dimension, i)).toBe(100 * dimension + i);
  });
});

const OBJECTIVES = {
  latency: abi.OBJECTIVE_LATENCY,
  energy: abi.OBJECTIVE_ENERGY,
  edp: abi.OBJECTIVE_EDP,
  carbon: abi.OBJECTIVE_CARBON,
} as const;

describe.each(Object.entries(OBJECTIVES))(`the objective %s (seed ${SEED})`, (name, code) => {
  const objective = core["mapper/objective"];
  const draw = (): number => 10 ** (1 + 6 * random.float());
  const powers = [0, 0.3, 40, 1e4];
  function use(power: number, least: number): void {
    core.hardware.energyCycle(power);
    objective.setLeastEnergy(least);
    objective.choose(code);
  }

  it("is what it is said to be", () => {
    for (const power of powers) {
      for (let run = 0; run < 100; run++) {
        const [time, dynamic] = [draw(), draw()];
        const least = dynamic * random.float();
        use(power, least);
        const energy = dynamic + power * time;
        const expected = {
          latency: time * (1 + 1e-4 * (1 - least / energy)),
          energy,
          edp: time * energy,
          carbon: energy,
        }[name];
        expect(objective.score(time, dynamic)).toBeCloseTo(expected!, -Math.floor(Math.log10(expected!)) + 11);
        expect(objective.secondScore(time, dynamic)).toBe(name === "latency" ? dynamic : time);
      }
      expect(objective.isEnergyCounted()).toBe(Number(name !== "latency"));
      expect(objective.isTimeCounted()).toBe(Number(name === "latency" || name === "edp" || power > 0));
    }
  });

  it("never falls with more time or more energy", () => {
    for (const power of powers) {
      for (let run = 0; run < 500; run++) {
        const [time, dynamic] = [draw(), draw()];
        use(power, draw());
        const more = (x: number): number => x * (1 + 10 ** (-9 * random.float()));
        const score = objective.score(time, dynamic);
        expect(objective.score(more(time), dynamic)).toBeGreaterThanOrEqual(score);
        expect(objective.score(time, more(dynamic))).toBeGreaterThanOrEqual(score);
      }
    }
  });

  it("is within a limit for times up to the one that it gives, and not much longer", () => {
    for (const power of powers) {
      for (let run = 0; run < 500; run++) {
        const [time, dynamic] = [1e3 * draw(), draw()];
        use(power, random.chance(1, 2) ? 0 : dynamic / 2);
        const limit = objective.score(time, dynamic);
        const longest = objective.timeWithin(limit, dynamic);
        expect(longest).toBeGreaterThanOrEqual(time);
        if (name !== "edp" && name !== "latency" && power === 0) expect(longest).toBe(Infinity);
        else {
          // Differences of large numbers lose digits where power × time is a small part of the energy.
          const lost = name === "edp" || name === "latency" ? 0 : (1e-15 * limit) / power;
          const tie = name === "latency" ? 1e-4 * time : 0;
          expect(longest).toBeLessThanOrEqual(time * (1 + 1e-8) + 2 + lost + tie);
        }
      }
    }
  });

  it("gains what its score falls by where time falls", () => {
    for (const power of powers) {
      for (let run = 0; run < 200; run++) {
        const [time, dynamic] = [draw(), draw()];
        use(power, 0);
        const shorter = time * random.float();
        const [first, second] = [objective.score(time, dynamic), objective.secondScore(time, dynamic)];
        const gained = 1 - objective.score(shorter, dynamic) / first;
        expect(Math.abs(objective.gainOfTime(first, second, shorter) - gained)).toBeLessThan(
          name === "latency" ? 1.01e-4 : 1e-9,
        );
      }
    }
  });
});

describe(`the short list (seed ${SEED})`, () => {
  const list = core["mapper/short-list"];
  interface Kept {
    readonly id: number;
    readonly kind: number;
    readonly first: number;
    readonly second: number;
    readonly grid: number;
  }
  const byScore = (a: Kept, b: Kept): number => a.first - b.first || a.second - b.second;
  const bestOfEach = (all: readonly Kept[], key: (each: Kept) => number, most: number): readonly Kept[] =>
    all.filter((each, i) => all.slice(0, i).filter((other) => key(other) === key(each)).length < most);
  const idsAt = (address: number, count: number): readonly number[] =>
    range(count).map((i) => core.at(address + 8 * (i * abi.RES_FIELDS + abi.MAP_OUTER_TILE)));

  it("keeps the best of each kind, and of them the best, as sorting does", () => {
    for (let run = 0; run < 400; run++) {
      const [most, ofOneKind] = [upTo(70), upTo(5)];
      list.clear(most, ofOneKind, Infinity);
      const all: Kept[] = [];
      for (const kind of range(upTo(30))) {
        list.newKind();
        for (let left = upTo(12); left > 0; left--) {
          const kept = { id: all.length + 1, kind, first: upTo(50), second: random.float(), grid: upTo(6) };
          core.mapping.gm(kept.id);
          core.mapping.setCores(1, kept.grid, 1, 1);
          core.mapping.setArrays(1, 1, kept.grid > 3 ? 2 : 1);
          list.keep(kept.first, kept.second);
          all.push(kept);
        }
      }
      const best = bestOfEach([...all].sort(byScore), ({ kind }) => kind, ofOneKind).slice(0, Math.min(most, 64));
      expect(list.count()).toBe(best.length);
      expect(idsAt(list.rowOf(0), best.length)).toEqual(best.map(({ id }) => id));
      expect(best.map((_each, i) => list.scoreOf(i))).toEqual(best.map(({ first }) => first));
      const to = core.memory.RESULTS();
      const kinds = bestOfEach(best, ({ kind }) => kind, 1);
      expect(idsAt(to, list.copyKinds(to))).toEqual(kinds.map(({ id }) => id));
      const grids = bestOfEach(best, ({ grid }) => grid, 1);
      expect(idsAt(to, list.copyGrids(to, 4))).toEqual(grids.slice(0, 4).map(({ id }) => id));
    }
  });

  it("names the score beyond which nothing is kept", () => {
    list.clear(3, 2, 100);
    list.newKind();
    expect(list.worst()).toBe(100);
    list.keep(5, 0);
    list.keep(7, 0);
    // Two of this kind are there.
    expect(list.worst()).toBe(7);
    list.newKind();
    expect(list.worst()).toBe(100);
    list.keep(9, 0);
    expect(list.worst()).toBe(9);
    list.newKind();
    expect(list.worst()).toBe(9);
  });
});
