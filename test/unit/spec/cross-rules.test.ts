import { readFileSync } from "node:fs";
import { stringify, parse } from "yaml";
import { expect, it } from "vitest";
import { createDecomposition } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  parseSetting,
  PLAIN_SCHEDULE,
  readYaml,
  type SpecSet,
} from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { hardwareSchema } from "../../../src/spec/hardware-schema.ts";
import { readStudy } from "../../../src/spec/load-study.ts";
import { createDesignEvaluator } from "../../../src/worker/index.ts";

/*
 * What single fields cannot see: sums at least as wide as what is added and read out, and hours for the inferences that are
 * asked for. Equal is legal. One rule at every door: hardware file, study, `--set`, point of a space.
 */

const PRECISION = { input: 8, weight: 8, accumulator: 16, output: 8 };
const chip = parse(
  readFileSync(new URL("../../../presets/hardware/catransformers-22nm.yaml", import.meta.url), "utf8"),
) as object;
const file = (precision: object) =>
  readYaml(stringify({ ...chip, precision: { ...PRECISION, ...precision } }), "chip.yaml");
const base: SpecSet = {
  hardware: check(hardwareSchema, file({})),
  model: loadModel("bert-tiny"),
  deployment: defaultDeployment(),
  technology: { profile: "calibrated", factors: {} },
  schedule: PLAIN_SCHEDULE,
};

const NARROW = ["input", "weight", "output"] as const;

it.each(NARROW)("sums narrower than %s are refused in a hardware file, with their place", (operand) => {
  const message = `precision.accumulator is 16 bits, narrower than precision.${operand} with 17`;
  expect(() => check(hardwareSchema, file({ [operand]: 17 }))).toThrow(message);
  expect(() => check(hardwareSchema, file({ [operand]: 17 }))).toThrow(/chip\.yaml:\d+:\d+ {2}spec\/conflict/);
  expect(() => check(hardwareSchema, file({ [operand]: 16 }))).not.toThrow();
});

it.each(NARROW)("and by --set, in any order, under the setting", (operand) => {
  const set = (...texts: readonly string[]) => applySettings(base, texts.map(parseSetting));
  expect(() => set(`precision.${operand}=17`)).toThrow(`--set precision.${operand}=17`);
  expect(() => set(`precision.${operand}=17`)).toThrow(`narrower than precision.${operand}`);
  expect(() => set("precision.accumulator=8", `precision.${operand}=9`)).toThrow("precision.accumulator is 8 bits");
  expect(() => set(`precision.${operand}=17`, "precision.accumulator=17")).not.toThrow();
  expect(() => set("precision.accumulator=8")).not.toThrow();
});

it("a study that writes such hardware out is refused", () => {
  const study = (precision: object) =>
    readYaml(
      stringify({
        name: "x",
        model: "bert-tiny",
        hardware: { ...chip, precision: { ...PRECISION, ...precision } },
        space: { "array.rows": [8, 16] },
        objectives: ["min latency"],
        accuracy: { metric: "glue" },
      }),
      "study.yaml",
    );
  expect(() => readStudy(study({ output: 32 }))).toThrow("narrower than precision.output");
  expect(() => readStudy(study({}))).not.toThrow();
});

it("a point of a space that sets such widths is infeasible with the reason, for every strategy", () => {
  const mapping = { objective: "latency", effort: "fast" } as const;
  const point = { "precision.accumulator": 4 };
  const { outcome } = createDesignEvaluator({ base, mapping, accuracyMetric: null, limits: [], aims: null, asked: [] });
  const reason = "precision.accumulator is 4 bits, narrower than precision.input with 8";
  expect(outcome(point)).toMatchObject({ kind: "infeasible", constraint: expect.stringContaining(reason) as string });
  const decomposition = createDecomposition({
    ...{ base, mapping, accuracyMetric: null, objectives: ["latency_s"], limits: [] },
    ...{ hardware: [point, {}], towers: [[{}], [{}]] },
  });
  expect(decomposition.tables(0)).toMatchObject({
    kind: "ruled-out",
    breaks: [{ constraint: expect.stringContaining(reason) as string }],
  });
  expect(decomposition.tables(1).kind).toBe("tables");
});

it("inferences that are asked for need hours of use, in a study and by --set", () => {
  const set = (...texts: readonly string[]) => applySettings(base, texts.map(parseSetting));
  const message = "deployment.hoursPerDay is 0, but deployment.inferences asks for 5";
  expect(() => set("deployment.inferences=5", "deployment.hoursPerDay=0")).toThrow(message);
  expect(() => set("deployment.hoursPerDay=0")).not.toThrow();
  expect(() => set("deployment.inferences=0", "deployment.hoursPerDay=0")).not.toThrow();
  const text = stringify({
    name: "x",
    model: "bert-tiny",
    hardware: "catransformers-22nm",
    deployment: { inferences: 5, hoursPerDay: 0 },
    space: { "array.rows": [8, 16] },
    objectives: ["min latency"],
    accuracy: { metric: "glue" },
  });
  expect(() => readStudy(readYaml(text, "study.yaml"))).toThrow(message);
});

it("every preset keeps the rule", () => {
  expect(loadHardware("timeloop-16x16").precision).toMatchObject({ input: 8, accumulator: 8 });
});
