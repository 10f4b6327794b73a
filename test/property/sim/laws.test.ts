import type { Tile } from "../../../src/mapping/mapping.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gemmEnergy } from "../../../src/cost/index.ts";
import { simulateGemms, simulateMapping, type GemmProblem, type MappedGemm } from "../../../src/sim/index.ts";
import type { Dataflow, Hardware, Port } from "../../../src/spec/hardware.ts";
import { UNLIMITED, type Rate } from "../../../src/units/quantity.ts";
import { effort as runsFactor, hardware, problem, seed, walkCase } from "../../oracle/cases.ts";
import { whyIllegal } from "../../oracle/legality.ts";
import { LEVEL_KINDS, tinyCase, type LevelKind } from "../../oracle/tiny-cases.ts";

/** The laws of the GEMM model, each on random chips and shapes; searched mappings unless a law is about a fixed one. */
const options = (runs: number) => ({ seed, numRuns: runs * runsFactor });

type Search = NonNullable<Parameters<typeof simulateGemms>[2]>;
const found = new Map<string, MappedGemm | null>();

/** Laws draw the same cases, so that each of them is searched once. */
function searchWith(chip: Hardware, gemm: GemmProblem, options: Search): MappedGemm | null {
  const key = JSON.stringify([chip, gemm, options], (_, value: unknown) => (value === Infinity ? "unlimited" : value));
  const known = found.get(key);
  if (known !== undefined) return known;
  const [result] = simulateGemms(chip, [gemm], options);
  const mapped = result?.kind === "mapped" ? result : null;
  found.set(key, mapped);
  return mapped;
}

const search = (chip: Hardware, gemm: GemmProblem, effort: "fast" | "exhaustive" = "fast"): MappedGemm | null =>
  searchWith(chip, gemm, { effort });

function holds(
  runs: number,
  law: (result: MappedGemm, chip: Hardware, gemm: GemmProblem) => void,
  chips: fc.Arbitrary<Hardware> = hardware,
  problems: fc.Arbitrary<GemmProblem> = problem,
): void {
  let mapped = 0;
  fc.assert(
    fc.property(chips, problems, (chip, gemm) => {
      const result = search(chip, gemm);
      if (result === null) return;
      mapped += 1;
      law(result, chip, gemm);
    }),
    options(runs),
  );
  expect(mapped, "chips that hold a mapping").toBeGreaterThan(runs / 2);
}

const operands = ["input", "weight", "output"] as const;
const DATAFLOWS = ["weight-stationary", "output-stationary", "input-stationary"] as const;

/** A chip on which one bandwidth is higher or one latency lower; null where the port is as fast as can be or is not there. */
type Faster = (chip: Hardware) => Hardware | null;

function fasterRate(rate: Rate): Rate {
  return rate.cycles === 0 ? rate : { bytes: rate.bytes * 3, cycles: rate.cycles * 2 };
}

const faster: Record<string, Faster> = {};
for (const level of ["dram", "globalBuffer", "localBuffer"] as const) {
  const change = (chip: Hardware, port: Partial<Port>): Hardware | null => {
    const part = chip[level];
    return part === null ? null : { ...chip, [level]: { ...part, port: { ...part.port, ...port } } };
  };
  for (const side of ["read", "write"] as const) {
    faster[`${level} ${side} bandwidth`] = (chip) => {
      const port = chip[level]?.port;
      if (port === undefined) return null;
      const rate = fasterRate(port[side]);
      // A shared port has one bandwidth.
      return change(chip, port.shared ? { read: rate, write: rate } : { [side]: rate });
    };
  }
  faster[`${level} latency`] = (chip) => {
    const port = chip[level]?.port;
    return port === undefined ? null : change(chip, { latency: Math.floor(port.latency / 2) });
  };
}

/** The same for a larger buffer. */
const larger: Record<string, Faster> = {};
for (const level of ["globalBuffer", "localBuffer"] as const) {
  const more = (bytes: number): number => Math.ceil(bytes * 1.5);
  larger[`${level} capacity`] = (chip) => {
    const part = chip[level];
    if (part === null) return null;
    const { size } = part;
    if (typeof size === "number") return { ...chip, [level]: { ...part, size: more(size) } };
    const sizes = { input: more(size.input), weight: more(size.weight), output: more(size.output) };
    return { ...chip, [level]: { ...part, size: sizes } };
  };
}

/** The same for what a chip can do: all that a mapping asks of the poorer chip, the richer one has. */
const richer: Record<string, Faster> = {
  ...larger,
  accumulators: ({ array, ...chip }) => {
    const { count, per } = array.accumulators;
    return { ...chip, array: { ...array, accumulators: { count: 2 * count, per } } };
  },
  "register words": ({ array, ...chip }) => {
    const { words, holds } = array.registers;
    return { ...chip, array: { ...array, registers: { words: 2 * words + 1, holds } } };
  },
  "operands that registers hold": ({ array, ...chip }) => {
    const { words } = array.registers;
    return { ...chip, array: { ...array, registers: { words, holds: operands } } };
  },
  dataflows: ({ array, ...chip }) => ({ ...chip, array: { ...array, dataflow: DATAFLOWS } }),
  "a second place in the local buffer": (chip) =>
    chip.localBuffer && { ...chip, localBuffer: { ...chip.localBuffer, doubleBuffer: true } },
  "a second place in the global buffer": (chip) =>
    chip.globalBuffer && { ...chip, globalBuffer: { ...chip.globalBuffer, doubleBuffer: true } },
  multicast: (chip) => ({ ...chip, multicast: true }),
  // A second core without a buffer that cores share, and a second array without one that arrays share, is another kind of chip.
  cores: (chip) => (chip.globalBuffer === null && chip.cores === 1 ? null : { ...chip, cores: chip.cores + 1 }),
  "arrays of a core": (chip) => (chip.localBuffer === null ? null : { ...chip, arraysPerCore: chip.arraysPerCore + 1 }),
};

function unlimited(chip: Hardware): Hardware {
  const port = { read: UNLIMITED, write: UNLIMITED, shared: false, latency: 0 };
  const open = <T extends { readonly port: object } | null>(part: T): T => (part === null ? part : { ...part, port });
  return { ...chip, dram: open(chip.dram), globalBuffer: open(chip.globalBuffer), localBuffer: open(chip.localBuffer) };
}

describe(`laws of the GEMM model (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  it.each(["compute", "dram", "local"] as const)("cycles ≥ roofline: %s", (entry) => {
    holds(60, ({ timing }) => {
      expect(timing.cycles, `roofline ${entry}`).toBeGreaterThanOrEqual(timing.roofline[entry]);
    });
  });

  it("MACs are exact", () => {
    holds(60, ({ counters }, _, { batch, m, n, k }) => expect(counters.macs).toBe(batch * m * n * k));
  });

  it("DRAM bytes ≥ compulsory: operands once in, results once out", () => {
    holds(80, ({ counters }, { dram, precision }, { batch, m, n, k, sharedB }) => {
      if (dram === null) return;
      expect(counters.dram.reads.input).toBeGreaterThanOrEqual((batch * m * k * precision.input) / 8);
      expect(counters.dram.reads.weight).toBeGreaterThanOrEqual(((sharedB ? 1 : batch) * k * n * precision.weight) / 8);
      expect(counters.dram.writes.output).toBeGreaterThanOrEqual((batch * m * n * precision.output) / 8);
    });
  });

  it("utilisation is in (0, 1]", () => {
    holds(60, ({ timing }) => {
      expect(timing.utilisation).toBeGreaterThan(0);
      expect(timing.utilisation).toBeLessThanOrEqual(1);
    });
  });

  it("compute and stalls by cause sum to the cycles, none negative", () => {
    holds(80, ({ timing: { cycles, computeCycles, stallCycles } }) => {
      for (const part of Object.values(stallCycles)) expect(part).toBeGreaterThanOrEqual(0);
      expect(computeCycles + stallCycles.dram + stallCycles.global + stallCycles.local).toBe(cycles);
    });
  });

  it("all times and counters are whole numbers", () => {
    const leaves = (value: unknown): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [value];
    holds(60, ({ timing, counters }) => {
      const { cycles, computeCycles, stallCycles, firstFillCycles, lastDrainCycles } = timing;
      for (const leaf of leaves([cycles, computeCycles, stallCycles, firstFillCycles, lastDrainCycles, counters])) {
        expect(Number.isSafeInteger(leaf), String(leaf)).toBe(true);
      }
    });
  });

  it("what a buffer gives away came into it", () => {
    holds(60, ({ counters }) => {
      for (const level of ["global", "local"] as const) {
        const { reads, writes } = counters[level];
        for (const operand of operands) if (reads[operand] > 0) expect(writes[operand], level).toBeGreaterThan(0);
      }
    });
  });

  it("a searched mapping, given back, has the same numbers", () => {
    // But for what the search has left to win: nothing is searched for a given mapping.
    holds(80, (result, chip, gemm) => {
      expect(simulateMapping(chip, gemm, result.mapping)).toEqual({ ...result, gap: 0 });
    });
  });

  // Where k is cut into tiles, a partial sum may be wanted again before the array's skew has let it out, and a single place
  // for sums (or two, where the skew of part-filled folds differs) is free only after it: those waits are in the data and the
  // place, not in the ports.
  it("unlimited bandwidth without latency: no stall, the time is the array's, where k is whole", () => {
    fc.assert(
      fc.property(walkCase, ({ hardware: drawnChip, problem: gemm, mapping: drawn }) => {
        const roomy = (buffer: Hardware["localBuffer"]) =>
          buffer === null ? null : { ...buffer, size: Infinity, doubleBuffer: true };
        const chip = {
          ...drawnChip,
          array: { ...drawnChip.array, skew: "full-array" as const },
          localBuffer: roomy(drawnChip.localBuffer),
          globalBuffer: roomy(drawnChip.globalBuffer),
        };
        const twice = { input: true, weight: true, output: true };
        const whole = (tile: Tile | null): Tile | null => (tile === null ? null : { ...tile, k: gemm.k });
        const { coreSplit } = drawn;
        const mapping = {
          ...drawn,
          coreSplit: { ...coreSplit, k: 1 },
          globalTile: whole(drawn.globalTile),
          localTile: whole(drawn.localTile),
          arrayTile: whole(drawn.arrayTile),
          kept: { input: false, weight: false, output: false },
          doubleBuffered: { global: twice, local: twice },
        };
        if (whyIllegal(chip, gemm, mapping) !== null) return;
        const result = simulateMapping(unlimited(chip), gemm, mapping);
        if (result.kind !== "mapped") throw new Error("not mapped");
        expect(result.timing.stallCycles).toEqual({ dram: 0, global: 0, local: 0 });
        expect(result.timing.cycles).toBe(result.timing.computeCycles);
      }),
      options(150),
    );
  });

  it("dot-product arrays of a core side by side along n are one array of so many times the columns", () => {
    let seen = 0;
    fc.assert(
      fc.property(walkCase, ({ hardware: drawnChip, problem: gemm, mapping: drawn }) => {
        const { globalBuffer, localBuffer, cores, array } = drawnChip;
        const { n } = drawn.arraySplit;
        fc.pre(n > 1 && array.kind === "dot-product" && localBuffer !== null && (globalBuffer !== null || cores > 1));
        const { cols } = drawn.spatial;
        const chip = { ...drawnChip, arraysPerCore: n };
        const mapping = { ...drawn, arraySplit: { b: 1, m: 1, n } };
        const wideChip = { ...chip, arraysPerCore: 1, array: { ...array, cols: array.cols * n } };
        const spatial = { ...drawn.spatial, cols: { ...cols, n: cols.n * n } };
        const wide = { ...mapping, arraySplit: { b: 1, m: 1, n: 1 }, spatial };
        fc.pre(whyIllegal(chip, gemm, mapping) === null && whyIllegal(wideChip, gemm, wide) === null);
        seen += 1;
        const [several, one] = [simulateMapping(chip, gemm, mapping), simulateMapping(wideChip, gemm, wide)];
        expect({ ...several, mapping: null }).toEqual({ ...one, mapping: null });
      }),
      { ...options(60), maxSkipsPerRun: 1000 },
    );
    expect(seen).toBeGreaterThan(30);
  });

  it("two batch elements on two arrays take as long as one on one array, where ports are unlimited", () => {
    let seen = 0;
    fc.assert(
      fc.property(walkCase, ({ hardware: drawnChip, problem: gemm, mapping: drawn }) => {
        fc.pre(drawnChip.localBuffer !== null && (drawnChip.globalBuffer !== null || drawnChip.cores > 1));
        const roomy = (buffer: Hardware["localBuffer"]) => (buffer === null ? null : { ...buffer, size: Infinity });
        const { localBuffer, globalBuffer } = drawnChip;
        const one = unlimited({ ...drawnChip, localBuffer: roomy(localBuffer), globalBuffer: roomy(globalBuffer) });
        const mapping = { ...drawn, coreSplit: { ...drawn.coreSplit, b: 1 }, packed: 1 };
        const [onOne, onTwo] = [1, 2].map((b) => {
          const chip = { ...one, arraysPerCore: 2 * drawnChip.arraysPerCore };
          const { m, n } = drawn.arraySplit;
          const each = { ...mapping, arraySplit: { b, m, n } };
          const elements = { ...gemm, batch: b, sharedB: false, reservedBytes: 0 };
          fc.pre(whyIllegal(chip, elements, each) === null);
          return simulateMapping(chip, elements, each) as MappedGemm;
        });
        seen += 1;
        expect(onTwo!.timing.cycles).toBe(onOne!.timing.cycles);
        expect(onTwo!.counters.array.inputReads).toBe(2 * onOne!.counters.array.inputReads);
      }),
      { ...options(100), maxSkipsPerRun: 100 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it("exhaustive: a core with two arrays is no slower than with one", () => {
    fc.assert(
      fc.property(tinyCase("several arrays", 5), ({ hardware: chip, problem: gemm }) => {
        const one = search({ ...chip, arraysPerCore: 1 }, gemm, "exhaustive");
        const two = search(chip, gemm, "exhaustive");
        expect(two === null).toBe(one === null);
        if (one === null || two === null) return;
        expect(two.timing.cycles).toBeLessThanOrEqual(one.timing.cycles);
      }),
      options(20),
    );
  });

  it("held words come into a systolic array through its top row, one a cycle and column", () => {
    let seen = 0;
    fc.assert(
      fc.property(
        walkCase,
        fc.constantFrom("none" as const, "weights" as const, "folds" as const),
        ({ hardware: drawn, ...given }, overlap) => {
          const { array, cores, arraysPerCore } = drawn;
          const { problem: gemm, mapping } = given;
          fc.pre(array.kind === "systolic" && mapping.dataflow !== "output-stationary");
          const chip = unlimited({ ...drawn, array: { ...array, overlap } });
          fc.pre(whyIllegal(chip, gemm, mapping) === null);
          const { counters, timing } = simulateMapping(chip, gemm, mapping) as MappedGemm;
          const { inputReads, weightReads } = counters.array;
          const loads = (mapping.dataflow === "weight-stationary" ? weightReads : inputReads) / array.cols;
          seen += 1;
          expect(timing.cycles * cores * arraysPerCore).toBeGreaterThanOrEqual(loads);
        },
      ),
      { ...options(300), maxSkipsPerRun: 100 },
    );
    expect(seen).toBeGreaterThan(150);
  });

  it.each(Object.keys(faster))("a fixed mapping is never slower for a better %s", (name) => {
    fc.assert(
      fc.property(walkCase, ({ hardware: chip, problem: gemm, mapping }) => {
        const better = faster[name]!(chip);
        if (better === null || whyIllegal(chip, gemm, mapping) !== null) return;
        const [before, after] = [chip, better].map((each) => simulateMapping(each, gemm, mapping) as MappedGemm);
        expect(after!.timing.cycles).toBeLessThanOrEqual(before!.timing.cycles);
      }),
      options(300),
    );
  });

  it.each(Object.keys(richer))("a mapping is legal, and never slower, with more %s", (name) => {
    let seen = 0;
    fc.assert(
      fc.property(walkCase, ({ hardware: chip, problem: gemm, mapping }) => {
        const more = richer[name]!(chip);
        if (more === null || whyIllegal(chip, gemm, mapping) !== null) return;
        const [before, after] = [chip, more].map((each) => simulateMapping(each, gemm, mapping) as MappedGemm);
        seen += 1;
        expect(after!.timing.cycles).toBeLessThanOrEqual(before!.timing.cycles);
      }),
      options(150),
    );
    expect(seen).toBeGreaterThan(15);
  });

  /**
   * Measured weaknesses of the fast search, none wanted (ECOTILE_PROPERTY_EFFORT=13): for a better port it takes a mapping that
   * is slower by more than 1 % and 8 cycles in up to 1.3 % of 1300 random chips a port (at worst 2.7 times slower), and for a
   * batch on one core one that is slower by more than 1 % than its elements one by one in 6 % of 591 (at worst 4.7 times). The
   * tests print what they find.
   */
  const SHARE_SLOWER_FOR_BETTER_PORT = 0.05;
  const WORST_FOR_BETTER_PORT = 4;
  const SHARE_SLOWER_AS_BATCH = 0.2;
  const WORST_AS_BATCH = 8;
  const isSlower = (after: number, before: number): boolean => after > Math.max(before * 1.01, before + 8);

  /** Counts of a comparison that may fail now and then: how many cases, how many failed, and the worst ratio. */
  class Tally {
    private cases = 0;
    private slower = 0;
    private worst = 1;

    add(isSlower: boolean, ratio: number): void {
      this.cases += 1;
      if (!isSlower) return;
      this.slower += 1;
      this.worst = Math.max(this.worst, ratio);
    }

    check(what: string, mostShare: number, mostRatio: number): void {
      const { cases, slower, worst } = this;
      console.log(`${what}: slower in ${slower} of ${cases}, at worst ${worst.toFixed(2)} times`);
      expect(slower).toBeLessThanOrEqual(mostShare * cases);
      expect(worst).toBeLessThanOrEqual(mostRatio);
    }
  }

  it.each(Object.keys(faster))("a searched mapping is no slower for a better %s, on most chips", (name) => {
    const tally = new Tally();
    holds(60, (before, chip, gemm) => {
      const better = faster[name]!(chip);
      if (better === null) return;
      const { cycles } = search(better, gemm)!.timing;
      tally.add(isSlower(cycles, before.timing.cycles), cycles / before.timing.cycles);
    });
    tally.check(name, SHARE_SLOWER_FOR_BETTER_PORT, WORST_FOR_BETTER_PORT);
  });

  it(
    "exhaustive search is never worse than fast search",
    () => {
      fc.assert(
        fc.property(hardware, problem, (chip, gemm) => {
          const small = { ...gemm, m: Math.ceil(gemm.m / 4), n: Math.ceil(gemm.n / 4), k: Math.ceil(gemm.k / 4) };
          const fast = search(chip, small);
          const exhaustive = search(chip, small, "exhaustive");
          expect(exhaustive === null).toBe(fast === null);
          if (fast !== null) expect(exhaustive!.timing.cycles).toBeLessThanOrEqual(fast.timing.cycles);
        }),
        options(15),
      );
    },
    180_000 * runsFactor,
  );

  /** Where operands pass a buffer or have ports or memories of their own, bounds are weaker, and more is walked. */
  const boundedCase = (levels: LevelKind) => tinyCase(levels, LEVEL_KINDS.indexOf(levels) < 6 ? 6 : 4);

  it.each([...Object.keys(faster), "globalBuffer capacity", "localBuffer capacity"])(
    "exhaustive search: latency, energy and EDP never rise for a better %s",
    (name) => {
      let cases = 0;
      fc.assert(
        fc.property(fc.oneof(...LEVEL_KINDS.map(boundedCase)), ({ hardware, problem, energy }) => {
          const better = (faster[name] ?? larger[name])!(hardware);
          if (better === null) return;
          // Power above idle makes energy a matter of time too, whose bounds leave more to walk: that is tried on smaller problems.
          const isSmall = Math.max(problem.m, problem.n, problem.k) <= 4;
          for (const objective of isSmall ? (["latency", "energy", "edp"] as const) : (["latency"] as const)) {
            const [before, after] = [hardware, better].map((chip) => {
              const result = searchWith(chip, problem, { objective, effort: "exhaustive", energy });
              if (result === null) return Infinity;
              const { cycles } = result.timing;
              const picojoules = gemmEnergy(result.counters, cycles, energy).total;
              return { latency: cycles, energy: picojoules, edp: picojoules * cycles }[objective];
            });
            cases += 1;
            // Sums of the same counts times energies, in another order.
            expect(after, objective).toBeLessThanOrEqual(before! * (1 + 1e-12));
          }
        }),
        options(15),
      );
      expect(cases).toBeGreaterThan(8);
    },
  );

  /** The chip with every dataflow, and as many register words for anything and accumulators. */
  const withWords = ({ array, ...chip }: Hardware, words: number): Hardware => {
    const accumulators = { ...array.accumulators, count: words };
    return { ...chip, array: { ...array, dataflow: DATAFLOWS, registers: { words, holds: operands }, accumulators } };
  };
  /** The chip with one dataflow alone. */
  const doing = (chip: Hardware, dataflow: Dataflow): Hardware => ({
    ...chip,
    array: { ...chip.array, dataflow: [dataflow] },
  });
  const words = fc.constantFrom(1, 4, 16);

  /**
   * Uses of the array are left out by bounds of all that may be made of them, each dataflow's against the others'. Power above idle makes energy a
   * matter of time too, whose bounds leave more to walk (a product of 6 × 9 × 9 takes up to ten seconds): that is tried on smaller problems.
   */
  const BEST_OF_FLOWS = [
    { what: "dynamic energy", isTimed: false, most: { one: 9, two: 6 }, runs: 80 },
    { what: "energy with power above idle", isTimed: true, most: { one: 5, two: 4 }, runs: 80 },
  ] as const;
  it.each(BEST_OF_FLOWS)("exhaustive search: with every dataflow, $what is that of the best", (law) => {
    const { one, two } = law.most;
    const cases = fc.oneof(tinyCase("one level", one), tinyCase("inner only", one), tinyCase("two levels", two));
    let mapped = 0;
    fc.assert(
      fc.property(cases, words, ({ hardware: chip, problem: gemm, energy: drawn }, count) => {
        const energy = law.isTimed ? drawn : { ...drawn, activePerCycle: 0 };
        // On several cores the bound of energy is no strict one, and a batch that is part of m makes too many pairs of tiles to try all.
        const able = { ...withWords(chip, count), cores: 1 };
        const few = { ...gemm, sharedB: false };
        const least = (each: Hardware): number => {
          const [result] = simulateGemms(each, [few], { objective: "energy", effort: "exhaustive", energy });
          return result?.kind === "mapped" ? gemmEnergy(result.counters, result.timing.cycles, energy).total : Infinity;
        };
        const best = Math.min(...DATAFLOWS.map((flow) => least(doing(able, flow))));
        if (best === Infinity) return;
        mapped += 1;
        // Sums of the same counts times energies, in another order.
        expect(Math.abs(least(able) - best)).toBeLessThanOrEqual(best * 1e-11);
      }),
      options(law.runs),
    );
    expect(mapped).toBeGreaterThan((law.runs / 2) * runsFactor);
  });

  it("a chip holds a mapping where it does with one of its dataflows", () => {
    let ofSome = 0;
    fc.assert(
      fc.property(fc.oneof(...LEVEL_KINDS.map((levels) => tinyCase(levels, 8))), words, (tiny, count) => {
        const able = withWords(tiny.hardware, count);
        const each = DATAFLOWS.map((flow) => search(doing(able, flow), tiny.problem) !== null);
        if (each.includes(true) && each.includes(false)) ofSome += 1;
        expect(search(able, tiny.problem) !== null).toBe(each.includes(true));
      }),
      options(400),
    );
    expect(ofSome).toBeGreaterThan(0);
  });

  it("a shared second operand makes the batch part of m", () => {
    holds(60, (result, chip, gemm) => {
      if (!gemm.sharedB) return;
      expect(result).toEqual(search(chip, { ...gemm, batch: 1, m: gemm.batch * gemm.m }));
    });
  });

  it("a batch on one core takes at most 1 % longer than its elements one after the other, on most chips", () => {
    const tally = new Tally();
    const law = ({ timing }: MappedGemm, chip: Hardware, gemm: GemmProblem): void => {
      const apart = gemm.batch * search(chip, { ...gemm, batch: 1 })!.timing.cycles;
      tally.add(timing.cycles > apart * 1.01, timing.cycles / apart);
    };
    const single = hardware.map((chip) => ({ ...chip, cores: 1 }));
    const batches = problem.map((gemm) => ({ ...gemm, batch: gemm.batch + 1, sharedB: false }));
    holds(60, law, single, batches);
    tally.check("batch", SHARE_SLOWER_AS_BATCH, WORST_AS_BATCH);
  });
});
