import { expect, test } from "vitest";
import { dryRunJson, dryRunText } from "../../../../src/cli/search/dry-run.ts";
import { createSpace } from "../../../../src/search/index.ts";
import { readYaml, studyText } from "../../../../src/spec/index.ts";
import { MOST_COARSE_SECONDS } from "../../../../src/study/auto.ts";
import { coarseStudy } from "../../../../src/study/coarse.ts";
import { checkStrategy, createAskTell, exactSizeOf, readSearchStudy } from "../../../../src/study/index.ts";

const SPACE = "space: { array.rows: [16, 64], cores: [1, 2] }\nobjectives: [min carbon, min latency]\n";
const read = (rest: string, overrides = {}) =>
  readSearchStudy(readYaml(`name: s\nmodel: vit-s16\nhardware: catransformers-22nm\n${rest}`, "study.yaml"), overrides);

const LARGE =
  "space: { array.rows: 1..256, array.cols: 1..256, cores: [1, 2] }\nobjectives: [min carbon, min latency]\n";

test("a study that names no strategy, and falls into few sums, is covered exactly", () => {
  const { search, document } = read(SPACE);
  expect(search.strategy).toBe("exact");
  expect(search.chosen).toBe("every design is covered: 1 models that differ in cost × 4 chips, about 3 s of CPU");
  expect(document["search"]).toMatchObject({ strategy: "exact", chosen: search.chosen });
});

test("what auto has taken stands in the resolved text, which is read as the same study", () => {
  const study = read(SPACE);
  const again = readSearchStudy(readYaml(studyText(study), "study.yaml"), {});
  expect(again.search).toEqual(study.search);
  expect(read(SPACE, { strategy: "random" }).search).toMatchObject({ strategy: "random", chosen: null });
  expect(read(`${SPACE}search: { strategy: nsga3 }\n`, { strategy: "auto" }).search.strategy).toBe("exact");
});

test.each([
  [
    "no sums",
    `${SPACE}schedule: { prefetch: true }\nmapping: { objective: edp }\n`,
    "nsga2",
    "exact cannot search it: Strategy exact plans each layer by itself",
  ],
  ["too large", LARGE, "nsga2", "chips would take exact about 160 s of CPU, over 120 s"],
  [
    "an accuracy command",
    "space: { model.vision.layers: [6, 12], cores: [1, 2] }\nobjectives: [max accuracy, min carbon]\naccuracy: { evaluator: command, command: [node, ask.mjs], metric: own }\n",
    "bayesian",
    "accuracy comes from a command",
  ],
])("%s: another strategy, with the reason", (_, rest, strategy, reason) => {
  const { search } = read(rest);
  expect(search.strategy).toBe(strategy);
  expect(search.chosen).toContain(reason);
});

test("where exact would take too long, nsga2 begins with the exact front of shorter lists, and the resolved text says so", () => {
  const study = read(LARGE);
  const { coarse, chosen } = study.search;
  expect(coarse).toBe(48);
  expect(chosen).toContain("over 120 s; it begins with the exact front where lists have at most 48 values");
  expect(exactSizeOf(coarseStudy(study, 48)).estimate.seconds).toBeLessThanOrEqual(MOST_COARSE_SECONDS);
  expect(study.document["search"]).toMatchObject({ strategy: "nsga2", chosen, coarse });
  expect(readSearchStudy(readYaml(studyText(study), "study.yaml"), {}).search).toEqual(study.search);
  const named = readSearchStudy(readYaml(studyText(study), "study.yaml"), { strategy: "random" });
  expect(named.search).not.toHaveProperty("coarse");
  expect(named.document["search"]).not.toHaveProperty("coarse");
  expect(dryRunJson(study, createSpace(study.space), null)).toMatchObject({ search: { coarse: 48, chosen } });
});

test("a coarse space is a part of the space: lists are thinned, ends kept, and conditions follow", () => {
  const rows = "array.rows: 1..9, array.unroll: [fixed, flexible]";
  const dataflow =
    "array.dataflow: { values: [weight-stationary, output-stationary], when: { array.rows: [1, 2, 9] } }";
  const cols = "array.cols: { values: [4, 8], when: { array.rows: [2, 3] } }";
  const { space } = coarseStudy(read(`space: { ${rows}, ${dataflow}, ${cols} }\nobjectives: [min carbon]\n`), 3);
  expect(space.map(({ path, values, when }) => [path, values, when?.in])).toEqual([
    ["array.rows", [1, 5, 9], undefined],
    ["array.unroll", ["fixed", "flexible"], undefined],
    ["array.dataflow", ["weight-stationary", "output-stationary"], [1, 9]],
  ]);
  expect(() => createSpace(space)).not.toThrow();
});

test("coarse is of strategies that take first designs, and of studies that fall into sums", () => {
  expect(() => read(`${SPACE}search: { strategy: random, coarse: 3 }\n`)).toThrow("coarse is of nsga2 and nsga3");
  expect(read(`${SPACE}search: { strategy: nsga3, coarse: 3 }\n`).search.coarse).toBe(3);
  const apart = read(
    `${SPACE}schedule: { prefetch: true }\nmapping: { objective: edp }\nsearch: { strategy: nsga2, coarse: 3 }\n`,
  );
  expect(() => checkStrategy(apart)).toThrow("plans each layer by itself");
});

test("a strategy that is named is taken as it is", () => {
  expect(read(`${SPACE}search: { strategy: nsga2 }\n`).search).toMatchObject({ strategy: "nsga2", chosen: null });
});

test("a dry run says what was taken, why, and what it takes", () => {
  const study = read(SPACE);
  const estimate = exactSizeOf(study);
  const text = dryRunText(study, createSpace(study.space), null, estimate);
  expect(text).toContain("chosen by auto: exact, every design is covered: 1 models");
  expect(text).toContain("exact: 1 models that differ in cost × 4 chips, about 3 s of CPU and 251 MiB");
  expect(dryRunJson(study, createSpace(study.space), null, estimate)).toMatchObject({
    estimate: { models: 1, chips: 4, objectives: 2 },
    search: { strategy: "exact", chosen: study.search.chosen },
  });
});

test("ask and tell take a strategy that proposes trials", async () => {
  const askTell = await createAskTell(read(SPACE));
  expect(await askTell.ask(2)).toHaveLength(2);
  askTell.close();
  await expect(createAskTell(read(`${SPACE}search: { strategy: exact }\n`))).rejects.toThrow("proposes no trials");
});

test("what is too large to be listed is counted: chips by the million, with layers apart or not", () => {
  const chips = "array.rows: 1..256, array.cols: 1..256, localBuffer.size: 1 KiB..70 KiB step 1 KiB";
  const apart = "model.vision.ffn: { 1-6: [512, 1024], 7-12: [512, 1024] }";
  const sizeOf = (space: string) =>
    exactSizeOf(read(`space: { ${space} }\nobjectives: [min carbon, min latency]\nsearch: { strategy: exact }\n`)).size;
  expect(sizeOf(`${apart}, ${chips}`)).toMatchObject({ models: 3, designsOfChip: 4, chips: 4587520 });
  const models = "model.vision.ffn: 512..3072, model.vision.layers: 1..64";
  expect(sizeOf(`${models}, ${chips}`)).toMatchObject({ models: 163904, chips: 4587520 });
  const settings = "model.vision.ffn: { 1: 512..3072, 2: [512] }, model.vision.heads: { 1: [1, 2], 2: [6] }";
  expect(() => sizeOf(settings)).toThrow("at most 4096; model.vision.ffn.1, model.vision.heads.1 have 5122");
});
