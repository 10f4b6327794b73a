import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { shownNumber } from "../../../src/report/metric-labels.ts";
import { assess, createSpace, type Point } from "../../../src/search/index.ts";
import { loadStudy, type SpaceParameter, type Study } from "../../../src/spec/index.ts";
import { hardwareLabel, towersLabel } from "../../../src/study/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { repository, runCli } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-quickstart-"));
afterAll(() => rmSync(directory, { recursive: true }));

const file = join(repository, "examples/quickstart.yaml");
const load = (path: string): Study => loadStudy(path, FACTOR_NAMES);
const quickstart = load(file);
const without = (space: readonly SpaceParameter[], ...groups: readonly string[]): readonly SpaceParameter[] =>
  space.filter(({ path }) => !groups.some((group) => path.startsWith(`${group}.`)));

test("without memory and package, the quickstart's space, start and limits are those of the published study", () => {
  const published = load(join(repository, "examples/clip-vit-b16.yaml"));
  expect(without(quickstart.space, "dram", "silicon")).toEqual(published.space);
  expect(quickstart.specs).toEqual(published.specs);
  expect(quickstart.objectives).toEqual(published.objectives);
  expect(quickstart.constraints).toEqual(published.constraints);
  expect(quickstart.accuracy).toEqual(published.accuracy);
});

interface Line {
  readonly designs: string;
  readonly kilograms: string;
  readonly rest: string;
}

/** The lines of a search with `--adding dram,silicon`: of the space without both, with dram, and with silicon. */
function linesOf(stdout: string): readonly Line[] {
  const text = stdout.replace(/\n {4,}/g, " ");
  return ["without dram, silicon", "with dram", "with silicon"].map((start) => {
    const found = new RegExp(`^  ${start} \\((?:.*, )?([\\d,]+) designs\\): ([\\d.]+) kgCO2e(.*)$`, "m").exec(text);
    if (found === null) throw new Error(`no line "${start}" in ${stdout}`);
    return { designs: found[1]!.replaceAll(",", ""), kilograms: found[2]!, rest: found[3]! };
  });
}

const CARBON = "carbon_total_kgCO2e";

/** The least total carbon of a space by evaluating every design, at no less than the accuracy of the start; and who has it. */
function leastByTrying(study: Study, space: readonly SpaceParameter[]) {
  const evaluator = createDesignEvaluator(designContext(study));
  const start = evaluator.detail({})!.metrics["accuracy"]!;
  const { size, decode, genesAt } = createSpace(space);
  let least = Infinity;
  let winners: Point[] = [];
  for (let place = 0n; place < size; place += 1n) {
    const point = decode(genesAt(place));
    const outcome = evaluator.outcome(point);
    if (outcome.kind !== "evaluated" || assess(outcome, study.objectives, study.constraints).kind !== "feasible")
      continue;
    if (outcome.metrics["accuracy"]! < start) continue;
    const value = outcome.metrics[CARBON]!;
    if (value < least * (1 - 1e-12)) winners = [];
    if (value <= least * (1 + 1e-12)) winners.push(point);
    least = Math.min(least, value);
  }
  const labels = winners.map((point) => {
    const specs = evaluator.specsOf(point);
    return `${hardwareLabel(specs)}; ${towersLabel(specs.model)}`;
  });
  return { least, labels };
}

/** Values that a drawn part keeps of each parameter; the memory and the package keep all of theirs. */
const DRAWN: Readonly<Record<string, number>> = {
  ...{ "model.vision.layers": 2, "model.text.ffn": 2, "model.vision.heads": 2 },
  ...{ "array.rows": 2, "array.cols": 2 },
};

/** A part of the quickstart's space that has the study's own model, so that something is as accurate as the baseline. */
function drawnPart(seed: number): readonly SpaceParameter[] {
  const random = createRandom(seed);
  return quickstart.space.map((parameter) => {
    const { path, values } = parameter;
    if (/^(dram|silicon)\./.test(path)) return parameter;
    const kept = DRAWN[path] ?? 1;
    if (path.startsWith("model.")) return { ...parameter, values: values.slice(-kept) };
    const places = random.shuffle(values.map((_, place) => place)).slice(0, kept);
    return { ...parameter, values: places.sort((x, y) => x - y).map((place) => values[place]!) };
  });
}

describe.each([1, 2])("part %i of the space", (seed) => {
  test("the three lines are the best designs that trying every one finds", async () => {
    const space = drawnPart(seed);
    const study = { ...quickstart, space };
    const path = join(directory, `part-${seed}.yaml`);
    const list = space.map(({ path: name, values }) => `  ${name}: ${JSON.stringify(values)}`).join("\n");
    const text = readFileSync(file, "utf8").replace(/^space:\n(?: .*\n)+/m, `space:\n${list}\n`);
    writeFileSync(path, text);
    expect(load(path).space.map(({ values }) => values)).toEqual(space.map(({ values }) => values));
    const folder = join(directory, `run-${seed}`);
    const { code, stdout } = await runCli("search", path, "--out", folder, "--adding", "dram,silicon");
    expect(code).toBe(0);
    const spaces = [without(space, "dram", "silicon"), without(space, "silicon"), space];
    linesOf(stdout).forEach(({ designs, kilograms, rest }, place) => {
      const { least, labels } = leastByTrying(study, spaces[place]!);
      expect(designs).toBe(String(createSpace(spaces[place]!).size));
      expect(kilograms).toBe(shownNumber(CARBON, least));
      expect(labels.some((label) => rest.endsWith(label))).toBe(true);
    });
  });
});

/** ECOTILE_QUICKSTART=1: the whole example against a search of each space for its front (two minutes of CPU). */
test.runIf(process.env["ECOTILE_QUICKSTART"] === "1")(
  "the lines of the whole example are the headlines of three exact searches for fronts",
  async () => {
    const { stdout } = await runCli("search", file, "--out", join(directory, "whole"), "--adding", "dram,silicon");
    const lines = linesOf(stdout);
    const text = readFileSync(file, "utf8");
    const studies = [text.replace(/^ {2}(dram|silicon)\..*\n/gm, ""), text.replace(/^ {2}silicon\..*\n/gm, ""), text];
    for (const [place, study] of studies.entries()) {
      const path = join(directory, `front-${place}.yaml`);
      writeFileSync(path, study);
      const ended = await runCli("search", path, "--out", join(directory, `front-${place}`));
      expect(ended.stdout).toContain(`Least carbon at the baseline's accuracy: ${lines[place]!.kilograms} kgCO2e`);
    }
  },
  900_000,
);

test.each([
  ["nsga2", ["--strategy", "nsga2", "--adding", "dram"], "--adding needs strategy exact"],
  [
    "a group that is not there",
    ["--adding", "dram,memory"],
    "--adding names memory, and no parameter of the space is that",
  ],
  ["a group twice", ["--adding", "dram,dram"], "--adding names dram twice"],
  [
    "a group in a group",
    ["--adding", "dram,dram.type"],
    "--adding names dram.type and dram, of which one holds the other",
  ],
  ["a document", ["--json", "--adding", "dram"], "--adding prints lines for people"],
  ["a shard", ["--shard", "1/2", "--out", "x", "--adding", "dram"], "--adding goes on from a whole search"],
])("refused: %s", async (_, options, message) => {
  const { code, stderr } = await runCli("search", file, ...options);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
