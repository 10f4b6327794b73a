import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FACTOR_NAMES } from "../../../../src/cost/index.ts";
import { hardwareLabel, towersLabel } from "../../../../src/study/labels.ts";
import { defaultRunFolder } from "../../../../src/study/run-folder.ts";
import { identityOf } from "../../../../src/study/identity.ts";
import { startingPoint } from "../../../../src/study/starting-point.ts";
import { createSpace } from "../../../../src/search/index.ts";
import { decompositionRequest } from "../../../../src/study/exact/split-space.ts";
import { createDecomposition, evaluate } from "../../../../src/evaluate/index.ts";
import { loadStudy, PLAIN_SCHEDULE, type ScheduleSettings, type Study } from "../../../../src/spec/index.ts";
import { createDesignEvaluator, designContext } from "../../../../src/worker/index.ts";

const study = loadStudy(
  fileURLToPath(new URL("../../../../examples/clip-vit-b16.yaml", import.meta.url)),
  FACTOR_NAMES,
);
const context = designContext(study);

test("the published baseline is a point of the published space", () => {
  const start = startingPoint(study);
  expect(start).toMatchObject({ "model.vision.hidden": 768, "array.rows": 256, "localBuffer.size": "64 KiB" });
  expect(() => createSpace(study.space).encode(start!)).not.toThrow();
});

test("a start outside the space is none of its points", () => {
  const space = study.space.map((each) => (each.path === "cores" ? { ...each, values: [2, 4] } : each));
  expect(startingPoint({ ...study, space })).toBe(null);
});

test("designs that are too large are ruled out by the first limit, all limits are known", () => {
  const { outcome, brokenCheap } = createDesignEvaluator(context);
  const point = { cores: 4, "array.rows": 256, "array.cols": 64 };
  expect(outcome(point)).toMatchObject({ kind: "infeasible", constraint: "area <= 31.990347 mm2", unit: "mm2" });
  const broken = brokenCheap(point);
  expect(broken.map(({ limit }) => limit.metric)).toEqual(["area_mm2", "peak_TOPS"]);
  const [area, peak] = broken.map(({ by }) => by);
  expect((outcome(point) as { missed?: number }).missed).toBeCloseTo(area! / 31.990347 + peak! / 20.48, 12);
});

test("settings that do not fit together rule a point out", () => {
  const { outcome } = createDesignEvaluator(context);
  expect(outcome({ "model.text.ffn": [1, 2] as unknown as number }).kind).toBe("infeasible");
});

test("an evaluated design has its metrics and the accuracy's interval, the same each time", () => {
  const { outcome, detail } = createDesignEvaluator(context);
  const point = { "model.text.layers": 6 };
  const result = outcome(point);
  expect(outcome(point)).toEqual(result);
  const { metrics } = result as { metrics: Record<string, number> };
  expect(metrics.accuracy_low).toBeLessThan(metrics.accuracy!);
  expect(metrics.carbon_total_kgCO2e).toBeCloseTo(
    metrics.carbon_embodied_kgCO2e! + metrics.carbon_operational_kgCO2e!,
    12,
  );
  expect(detail(point)!.metrics).toMatchObject(metrics);
});

test("a point may set the schedule: the numbers are those of evaluate", () => {
  const { outcome, specsOf } = createDesignEvaluator(context);
  const point = { "schedule.fusion": "attention", "schedule.activations": true, "schedule.prefetch": true };
  const plain = outcome({}) as { metrics: Record<string, number> };
  const fused = outcome(point) as { metrics: Record<string, number> };
  expect(fused.metrics.carbon_total_kgCO2e).toBeLessThan(plain.metrics.carbon_total_kgCO2e!);
  const schedule = { fusion: "attention", activations: true, weights: false, prefetch: true } as const;
  const direct = evaluate({ ...specsOf({}), mapper: study.mapping, schedule });
  if (direct.kind !== "evaluated") throw new Error(direct.detail);
  expect(fused.metrics).toMatchObject({ latency_s: direct.latency_s, energy_total_J: direct.energy.total });
});

const withSchedule = (change: Partial<ScheduleSettings>): Study => ({
  ...study,
  specs: { ...study.specs, schedule: { ...study.specs.schedule, ...change } },
});

test("a study's own schedule reaches its designs as a point's does", () => {
  const change = { fusion: "all", activations: true, prefetch: true } as const;
  const point = { "schedule.fusion": "all", "schedule.activations": true, "schedule.prefetch": true };
  const [plain, whole] = [createDesignEvaluator(context), createDesignEvaluator(designContext(withSchedule(change)))];
  expect(whole.outcome({})).toEqual(plain.outcome(point));
  expect(whole.outcome({})).not.toEqual(plain.outcome({}));
  expect(whole.detail({})).toEqual(plain.detail(point));
});

test("a study's schedule stands against one that the hardware has", () => {
  const hardware = { ...study.specs.hardware, schedule: { ...PLAIN_SCHEDULE, fusion: "all" as const } };
  const unfused = { ...study, specs: { ...study.specs, hardware } };
  expect(createDesignEvaluator(designContext(unfused)).outcome({})).toEqual(createDesignEvaluator(context).outcome({}));
});

test("exact takes a schedule, given or searched", () => {
  const given = withSchedule({ activations: true });
  expect(() => decompositionRequest(given)).not.toThrow();
  const parameter = { path: "schedule.fusion", values: ["none", "epilogue"], ordered: false };
  const searched = { ...study, space: [...study.space, parameter] };
  expect(() => decompositionRequest(searched)).not.toThrow();
  expect(() => decompositionRequest(study)).not.toThrow();
});

test("a device that cannot keep up with its use is infeasible", () => {
  const base = { ...context.base, deployment: { ...context.base.deployment, rate: 1000 } };
  expect(createDesignEvaluator({ ...context, base, limits: [] }).outcome({})).toMatchObject({
    kind: "infeasible",
    constraint: "deployment.rate",
  });
});

test("a metric that the study asks for and no design has is a reason, the same in every strategy", () => {
  const points = [
    { "array.rows": 4096, "array.cols": 4096 },
    { "dram.type": "idealised", "dram.capacity": "unlimited" },
    { "technology.gridLevel": 1e300, "technology.macEnergy": 1e98 },
    { "technology.macEnergy": 1e300 },
  ];
  const carbon = { metric: "carbon_total_kgCO2e", direction: "min" } as const;
  const asking: Study = { ...study, objectives: [carbon], constraints: [] };
  const { outcome, detail } = createDesignEvaluator(designContext(asking));
  const request = { ...decompositionRequest({ ...asking, space: [] }), hardware: points };
  const decomposition = createDecomposition(request);
  const reasons = points.map((point, hardware) => {
    const one = outcome(point);
    const all = decomposition.tables(hardware);
    if (one.kind !== "infeasible" || all.kind !== "ruled-out") throw new Error(JSON.stringify([point, one, all.kind]));
    expect(detail(point)!.metrics["carbon_total_kgCO2e"]).toBeNull();
    expect(Number.isFinite(one.by)).toBe(true);
    for (const { by } of all.breaks) expect(Number.isFinite(by)).toBe(true);
    return [one.constraint, all.breaks.map(({ constraint }) => constraint)] as const;
  });
  const [large, unpriced, far, dear] = reasons;
  expect(large![0]).toBe("area");
  expect(large![1]).toContain("area");
  expect(large![1].join()).toContain("does not fit a wafer");
  expect(unpriced![0]).toMatch(/^idealised DRAM has no /);
  expect(unpriced![1].join("; ")).toBe(unpriced![0]);
  expect(far![0]).toBe("operational carbon: part inference is larger than a number can be");
  expect(far![1]).toEqual(["carbon_total_kgCO2e is larger than a number can be"]);
  expect(dear![0]).toMatch(/^the energy of an event, mac, is over 1e\+100 pJ/);
  expect(dear![1]).toEqual([dear![0]]);
});

test("labels in few words", () => {
  expect(hardwareLabel(context.base)).toBe("1 × 256×8, L 64 KiB at 128 B/cycle, G 2 MiB");
  expect(towersLabel(context.base.model)).toBe("text 12×512/2048/8, vision 12×768/3072/12");
});

test("the identity of a study knows all but its name and its length", () => {
  const sources = { version: "1", core: "c", tables: "t" };
  const { studyHash } = identityOf(study, sources);
  const longer = { ...study, name: "other", search: { ...study.search, trials: 7, patience: 3 } };
  expect(identityOf(longer, sources).studyHash).toBe(studyHash);
  expect(identityOf({ ...study, search: { ...study.search, seed: 9 } }, sources).studyHash).not.toBe(studyHash);
  expect(identityOf(withSchedule({ fusion: "all" }), sources).studyHash).not.toBe(studyHash);
  expect(identityOf(study, { ...sources, core: "d" }).studyHash).not.toBe(studyHash);
});

test("a study's name cannot lead out of runs/", () => {
  expect(defaultRunFolder("../../etc")).toBe("runs/etc");
  expect(defaultRunFolder("a b/c")).toBe("runs/a-b-c");
  expect(defaultRunFolder("..")).toBe("runs/study");
});
