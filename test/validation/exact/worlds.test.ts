import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { assess, createSpace, pointKey, type Point } from "../../../src/search/index.ts";
import { loadSearchStudy } from "../../../src/study/index.ts";
import type { Study } from "../../../src/spec/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { runCli, smallStudy } from "../search/cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-worlds-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Relative difference of totals that are sums in another order. */
const ROUNDING = 1e-11;

const CLIP = `
model: clip-vit-b16
hardware: catransformers-22nm
deployment: { region: california, lifetime: 3 years, rate: 1/s, hoursPerDay: 6 }
mode: carbon
`;
const SPACE = `
space:
  model.text.layers: [6, 12]
  model.vision.ffn: [1536, 3072]
  cores: [1, 2]
  array.rows: [32, 128]
`;

/** Two values of an axis, its ends: the first case has all five. */
const FEWER_LIVES = ["--set", "deployment.lifetime=[1 year, 8 years]"];

/** Parts of studies of which every design is evaluated in every world, with what tells them apart. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "two towers, accuracy against carbon",
    `${CLIP}${SPACE}constraints: [latency <= 50 ms, area <= 31.99 mm2]\nsearch: { strategy: exact }\n`,
    [],
  ],
  [
    "rates that some designs are too slow for, or have to be mapped for latency for",
    `
model: vit-s16
hardware: catransformers-22nm
deployment: { region: california, lifetime: 3 years, rate: 10/s, hoursPerDay: 24 }
space:
  array.rows: [32, 64, 128]
  array.cols: [4, 16, 32]
  globalBuffer.size: [512 KiB, 2 MiB]
objectives: [min embodied, min energy]
accuracy: none
search: { strategy: exact }
`,
    ["--set", "deployment.rate=[1/s, 50/s, 75/s, 150/s]", ...FEWER_LIVES],
  ],
  [
    "a share of a server, with its host and site",
    `${CLIP.replace("}", ", class: server, pue: 1.3, share: 40 %, host: { power: 90 W, carbon: 400 kgCO2e, devices: 8 } }")}
space:
  model.vision.layers: [6, 12]
  cores: [1, 2, 4]
  array.rows: [64, 256]
constraints: [latency <= 60 ms]
search: { strategy: exact }
`,
    FEWER_LIVES,
  ],
];

interface Answer {
  readonly axes: Readonly<Record<string, readonly number[]>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly own: Readonly<Record<string, number>>;
  readonly floors: readonly {
    readonly accuracy: number | null;
    readonly takeovers: readonly {
      readonly axis: string;
      readonly stretches: readonly { readonly design: number; readonly from: number; readonly to: number }[];
    }[];
  }[];
  readonly designs: readonly { readonly point: Point; readonly worlds: number }[];
  readonly worlds: readonly (Readonly<Record<string, number>> & {
    readonly least: readonly ({ readonly design: number; readonly carbon_total_kgCO2e: number } | null)[];
  })[];
}

const PATHS: Readonly<Record<string, string>> = {
  lifetime_s: "deployment.lifetime",
  gridIntensity_gCO2e_per_kWh: "deployment.gridIntensity",
  hoursPerDay: "deployment.hoursPerDay",
  rate_per_s: "deployment.rate",
};
const UNITS: Readonly<Record<string, string>> = {
  lifetime_s: " s",
  gridIntensity_gCO2e_per_kWh: " gCO2e/kWh",
  rate_per_s: "/s",
};

type WorldValues = Readonly<Record<string, number>>;

/** As a study would have it in its `deployment`. */
function settingsOf(world: WorldValues): Point {
  return Object.fromEntries(
    Object.entries(PATHS).map(([key, path]) => {
      const unit = UNITS[key];
      return [path, unit === undefined ? world[key]! : `${world[key]!}${unit}`];
    }),
  );
}

/** Every design of the study, evaluated by itself in one world: accuracy and total carbon of those that keep all limits. */
function createBrute(study: Study) {
  const space = createSpace(study.space);
  const points = Array.from({ length: Number(space.size) }, (_, i) => space.decode(space.genesAt(BigInt(i))));
  const evaluator = createDesignEvaluator(designContext(study));
  const isJudged = study.objectives.some(({ metric }) => metric === "accuracy");
  return (world: WorldValues) =>
    points.flatMap((point) => {
      const outcome = evaluator.outcome({ ...point, ...settingsOf(world) });
      if (assess(outcome, study.objectives, study.constraints).kind !== "feasible" || outcome.kind !== "evaluated")
        return [];
      const accuracy = isJudged ? outcome.metrics["accuracy"]! : 0;
      return [{ key: pointKey(point), accuracy, total: outcome.metrics["carbon_total_kgCO2e"]! }];
    });
}

type Evaluated = ReturnType<ReturnType<typeof createBrute>>;

/** By the law itself, pair by pair. */
function winnersOf(designs: Evaluated): Evaluated {
  return designs.filter((one) =>
    designs.every((other) => {
      const isAsGood = other.accuracy >= one.accuracy && other.total <= one.total * (1 + ROUNDING);
      const isBetter = other.accuracy > one.accuracy || other.total < one.total * (1 - ROUNDING);
      return !(isAsGood && isBetter);
    }),
  );
}

const leastOf = (designs: Evaluated, floor: number | null): number =>
  designs.reduce(
    (least, { accuracy, total }) => (floor === null || accuracy >= floor ? Math.min(least, total) : least),
    Infinity,
  );

describe.each(CASES)("%s", (name, text, more) => {
  const file = join(directory, `${CASES.findIndex((each) => each[0] === name)}.yaml`);
  const folder = file.replace(".yaml", "");
  const answer = async (): Promise<Answer> => {
    writeFileSync(file, `name: worlds\n${text}`);
    const search = await runCli("search", file, "--out", folder, "--workers", "1");
    expect(search.stderr).not.toContain("problem");
    const report = await runCli("report", folder, "--worlds", "--json", "--workers", "1", ...more);
    expect({ code: report.code, stderr: report.code === 0 ? "" : report.stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(report.stdout) as Answer;
  };

  test("the winners of all worlds are those of evaluating every design in every world, and break-evens are where two of them cost the same", async () => {
    const { designs, worlds, floors, counts, axes, own } = await answer();
    const brute = createBrute(loadSearchStudy(file, {}));
    expect(worlds.length).toBe(more.includes(FEWER_LIVES[1]!) ? 160 : 400);
    const wins = new Map<string, number>();
    for (const { winners, least, ...world } of worlds) {
      const all = brute(world as unknown as WorldValues);
      const expected = winnersOf(all);
      expect(winners).toBe(expected.length);
      for (const { key } of expected) wins.set(key, (wins.get(key) ?? 0) + 1);
      floors.forEach(({ accuracy }, f) => {
        const total = leastOf(all, accuracy);
        if (total === Infinity) expect(least[f]).toBeNull();
        else expect(Math.abs(least[f]!.carbon_total_kgCO2e / total - 1)).toBeLessThan(ROUNDING);
      });
    }
    const found = designs.filter((design) => design.worlds > 0);
    expect(Object.fromEntries(found.map(({ point, worlds: count }) => [pointKey(point), count]))).toEqual(
      Object.fromEntries(wins),
    );
    expect(counts["designs_that_win"]).toBe(wins.size);
    expect(counts["designs_that_can_win_between"]).toBeGreaterThanOrEqual(wins.size);

    let crossings = 0;
    for (const { accuracy, takeovers } of floors)
      for (const { axis, stretches } of takeovers) {
        expect(stretches[0]!.from).toBe(
          Math.min(own[axis]!, ...(axis === "rate_per_s" ? [stretches[0]!.from] : axes[axis]!)),
        );
        for (const [i, { design, from, to }] of stretches.entries()) {
          const totalAt = (value: number, which: number): number =>
            brute({ ...own, [axis]: value }).find(({ key }) => key === pointKey(designs[which]!.point))!.total;
          const middle = (from + to) / 2;
          const least = leastOf(brute({ ...own, [axis]: middle }), accuracy);
          expect(Math.abs(totalAt(middle, design) / least - 1)).toBeLessThan(ROUNDING);
          const next = stretches[i + 1];
          if (next === undefined) continue;
          expect(next.from).toBe(to);
          expect(Math.abs(totalAt(to, design) / totalAt(to, next.design) - 1)).toBeLessThan(ROUNDING);
          crossings += 1;
        }
      }
    // Only in the last of them one chip is the least along every axis.
    if (name !== CASES.at(-1)![0]) expect(crossings).toBeGreaterThan(0);
  }, 600_000);
});

describe("refusals", () => {
  const folder = join(directory, "random");

  test("another strategy, with the place and the command that helps", async () => {
    expect((await runCli("search", smallStudy, "--strategy", "random", "--out", folder)).code).toBe(0);
    const { code, stderr } = await runCli("report", folder, "--worlds");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^.*study\.yaml:\d+:\d+ {2}worlds\/not-exact\n/);
    expect(stderr).toContain("none of them is known to be optimal in any world");
    expect(stderr).toContain(`ecotile search ${folder}/study.yaml --strategy exact --out ${folder}-exact`);
  });

  test("axes that are none, values that are none, and what does not go together", async () => {
    const exact = join(directory, "exact");
    expect((await runCli("search", smallStudy, "--strategy", "exact", "--out", exact)).code).toBe(0);
    const wrong = await runCli(
      "report",
      exact,
      "--worlds",
      "--set",
      "deployment.gridIntesity=4",
      "--set",
      "deployment.rate=x",
    );
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Did you mean "deployment.gridIntensity"?');
    expect(wrong.stderr).toContain('deployment.rate is "x", but must be a rate');
    const svg = await runCli("report", exact, "--worlds", "--format", "svg");
    expect([svg.code, svg.stderr]).toEqual([2, "Worlds are a table, or csv or json, not svg.\n"]);
    const many = await runCli(
      "report",
      exact,
      "--worlds",
      "--set",
      "deployment.gridIntensity=1..2000 step 1",
      "--set",
      "deployment.lifetime=1..20 step 1",
    );
    expect(many.code).toBe(2);
    const none = await runCli("report", join(directory, "nothing"), "--worlds");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("holds no finished run");
    const alone = await runCli("report", exact, "--set", "deployment.rate=1/s");
    expect(alone.stderr).toBe("--set is of --worlds; a report shows the run as it is.\n");
  });
});
