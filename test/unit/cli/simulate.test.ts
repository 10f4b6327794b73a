import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Evaluation } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting } from "../../../src/spec/index.ts";
import { evaluateUnderPolicy } from "../../../src/worker/index.ts";
import { readFixture } from "../../fixtures/cost/csv.ts";
import { ecotile, json, scratch, settings } from "./run.ts";

interface Operator {
  readonly name: string;
  readonly tower: string;
  readonly kind: string;
  readonly count: number;
  readonly macs: number;
  readonly cycles: number;
  readonly energy_J: Readonly<Record<string, number>>;
  readonly bound_by: string;
  readonly dram_read_bytes: number;
}
interface Document {
  readonly cycles: number;
  readonly macs: number;
  readonly latency_s: number;
  readonly dram_read_bytes: number;
  readonly energy_total_J: number;
  readonly area_mm2: number;
  readonly carbon_embodied_kgCO2e: number;
  readonly carbon_operational_kgCO2e: number;
  readonly carbon_total_kgCO2e: number;
  readonly area_by_component_mm2: { readonly parts: Readonly<Record<string, number>> };
  readonly carbon_embodied: { readonly parts: Readonly<Record<string, number>> };
  readonly carbon_operational: { readonly parts: Readonly<Record<string, number>>; readonly total: number };
  readonly non_operator_cycles: Readonly<Record<string, number>>;
  readonly operators: readonly Operator[];
  readonly feasible: boolean;
  readonly violations: readonly Readonly<Record<string, unknown>>[];
}

const SETTINGS = [
  "cores=1",
  "array.rows=256",
  "array.cols=8",
  "localBuffer.size=64KiB",
  "localBuffer.bandwidth=128B/cycle",
  "globalBuffer.size=2MiB",
];
const CLIP = ["simulate", "clip-vit-b16", "catransformers-22nm", "--json"];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Every matrix product of CLIP ViT-B/16, from its published shape: runs, batch, M, N, K. */
const tower = (tokens: number, hidden: number, ffn: number, heads: number, layers: number) =>
  [
    ["qkv", layers, 1, tokens, 3 * hidden, hidden],
    ["scores", layers, heads, tokens, tokens, hidden / heads],
    ["context", layers, heads, tokens, hidden / heads, tokens],
    ["output-projection", layers, 1, tokens, hidden, hidden],
    ["ffn-up", layers, 1, tokens, ffn, hidden],
    ["ffn-down", layers, 1, tokens, hidden, ffn],
    ["projection", 1, 1, 1, 512, hidden],
  ] as const;
const GEMMS = {
  text: tower(77, 512, 2048, 8, 12),
  // 196 patches of 16 × 16 × 3 and one class token.
  vision: [...tower(197, 768, 3072, 12, 12), ["patch-embedding", 1, 1, 196, 768, 768] as const],
  // One image against one text.
  joint: [["head", 1, 1, 1, 1, 512] as const],
};
const gemms = Object.entries(GEMMS).flatMap(([where, list]) =>
  list.map(([kind, count, b, m, n, k]) => ({ where, kind, count, b, m, n, k })),
);

describe("simulate: CLIP ViT-B/16 on 256 × 8 PEs", () => {
  const run = ecotile(...CLIP, ...settings(...SETTINGS));
  const document = json(run) as unknown as Document;
  const { operators } = document;

  it("prints one JSON document and nothing else", () => {
    expect(run.status).toBe(0);
    expect(run.stderr).toBe("");
    expect(run.stdout.startsWith("{\n")).toBe(true);
    expect(run.stdout.endsWith("}\n")).toBe(true);
    expect(document.feasible).toBe(true);
    expect(document.violations).toEqual([]);
  });

  it("MACs are the sum worked out by hand: 20,543,224,320", () => {
    const byHand = sum(gemms.map(({ count, b, m, n, k }) => count * b * m * n * k));
    expect(byHand).toBe(20_543_224_320);
    expect(document.macs).toBe(byHand);
    expect(sum(operators.map(({ count, macs }) => count * macs))).toBe(byHand);
    for (const { where, kind, count, b, m, n, k } of gemms) {
      const found = operators.filter((operator) => operator.tower === where && operator.kind === kind);
      expect(sum(found.map((each) => each.count * each.macs)), `${where} ${kind}`).toBe(count * b * m * n * k);
    }
  });

  it("count × cycles and the named other cycles sum to cycles exactly, and the clock makes them seconds", () => {
    const others = sum(Object.values(document.non_operator_cycles));
    expect(sum(operators.map(({ count, cycles }) => count * cycles)) + others).toBe(document.cycles);
    expect(document.latency_s).toBe(document.cycles / 625e6);
  });

  it("energy, area and carbon are the sums of their parts", () => {
    const joules = sum(operators.map(({ count, energy_J }) => count * sum(Object.values(energy_J))));
    expect(joules / document.energy_total_J).toBeCloseTo(1, 12);
    const { area_by_component_mm2: area, carbon_embodied: embodied, carbon_operational: operational } = document;
    expect(sum(Object.values(area.parts)) / document.area_mm2).toBeCloseTo(1, 12);
    expect(sum(Object.values(embodied.parts)) / document.carbon_embodied_kgCO2e).toBeCloseTo(1, 12);
    expect(sum(Object.values(operational.parts)) / document.carbon_operational_kgCO2e).toBeCloseTo(1, 12);
    expect(document.carbon_total_kgCO2e).toBe(document.carbon_embodied_kgCO2e + document.carbon_operational_kgCO2e);
    for (const value of [joules, document.area_mm2, document.carbon_total_kgCO2e]) expect(value).toBeGreaterThan(0);
  });

  it("latency lies between the roofline and 1.5 times it", () => {
    // 8-bit operands; 2048 PEs; DRAM and local port 128 B/cycle each way, so that reads and writes overlap.
    const roofline = (b: number, m: number, n: number, k: number): number => {
      const reads = b * (m * k + k * n);
      const writes = b * m * n;
      return Math.max((b * m * n * k) / 2048, reads / 128, writes / 128);
    };
    let total = 0;
    for (const { where, kind, count, b, m, n, k } of gemms) {
      const bound = roofline(b, m, n, k);
      const cycles = operators.find((each) => each.tower === where && each.kind === kind)!.cycles;
      expect(cycles, `${where} ${kind}`).toBeGreaterThanOrEqual(bound);
      total += count * bound;
    }
    const vector = sum(operators.filter(({ macs }) => macs === 0).map(({ count, cycles }) => count * cycles));
    expect(vector / document.cycles).toBeLessThan(0.1);
    expect(document.cycles).toBeGreaterThanOrEqual(total);
    expect(document.cycles, `roofline ${total}`).toBeLessThanOrEqual(1.5 * total);
  });

  it("settings come in any order, and of two of one path the later wins", () => {
    const reversed = ecotile(...CLIP, ...settings("array.rows=32", ...[...SETTINGS].reverse()));
    expect(reversed.stdout).toBe(run.stdout);
  });
});

describe("simulate: options", () => {
  it("--region changes operational carbon by the grid's intensity only", () => {
    const [california, taiwan] = ["california", "taiwan"].map((region) =>
      json(ecotile(...CLIP, "--region", region)),
    ) as unknown as readonly [Document, Document];
    expect(taiwan.carbon_embodied_kgCO2e).toBe(california.carbon_embodied_kgCO2e);
    expect(taiwan.carbon_operational_kgCO2e / california.carbon_operational_kgCO2e).toBeCloseTo(524 / 224, 12);
  });

  it("technology.profile=published gives area and embodied carbon of the published grid", () => {
    const rows = readFixture("estimator_area_grid.csv");
    const other = new Set(["128x64", "256x32", "256x64"]);
    const comparable = rows.filter((row) => !other.has(`${row["pe_width"]}x${row["pe_depth"]}`));
    for (const row of [3, 444, 1333, 1700].map((i) => comparable[i]!)) {
      const document = json(
        ecotile(
          ...CLIP,
          ...settings(
            "technology.profile=published",
            `cores=${row["cluster_num"]}`,
            `array.rows=${row["pe_width"]}`,
            `array.cols=${row["pe_depth"]}`,
            `localBuffer.size=${row["l2_kib"]} KiB`,
            `localBuffer.bandwidth=${row["l2_bw_words_per_cycle"]} B/cycle`,
            `globalBuffer.size=${row["glb_mib"]} MiB`,
          ),
        ),
      ) as unknown as Document;
      expect(Math.abs((document.area_mm2 * 1e6) / Number(row["area_um2"]) - 1)).toBeLessThanOrEqual(1e-9);
      const carbon = Number(row["embodied_total_1gb_kgco2e"]);
      expect(Math.abs(document.carbon_embodied_kgCO2e / carbon - 1)).toBeLessThanOrEqual(1e-9);
    }
  });

  it("a device that cannot keep up still gets its numbers, and says so", () => {
    const run = ecotile(...CLIP, ...settings("deployment.rate=1000/s"));
    const document = json(run) as unknown as Document;
    expect(run.status).toBe(0);
    expect(document.feasible).toBe(false);
    expect(document.violations.map(({ constraint }) => constraint)).toEqual(["deployment.rate"]);
    expect(document.latency_s).toBeGreaterThan(0);
  });

  it("--objective maps for what it says, and the output names it; default carbon", () => {
    const run = (...more: readonly string[]) =>
      json(ecotile("simulate", "bert-tiny", "catransformers-22nm", "--json", ...more));
    const objectives = ["latency", "energy", "edp", "carbon"] as const;
    const mapped = Object.fromEntries(objectives.map((each) => [each, run("--objective", each)]));
    for (const each of objectives) expect(mapped[each]!["mapper"]).toEqual({ objective: each, effort: "fast" });
    expect(run()).toEqual(mapped["carbon"]);
    const of = (objective: string, metric: string): number => mapped[objective]![metric] as number;
    const edp = (objective: string): number => of(objective, "latency_s") * of(objective, "energy_total_J");
    expect(of("latency", "latency_s")).toBeLessThan(of("carbon", "latency_s"));
    expect(of("carbon", "energy_total_J")).toBeLessThan(of("latency", "energy_total_J"));
    expect(edp("edp")).toBeLessThan(Math.min(edp("latency"), edp("energy")));
    const text = (...more: readonly string[]) =>
      ecotile("simulate", "bert-tiny", "catransformers-22nm", ...more).stdout;
    expect(text()).toMatch(/^bert-tiny on catransformers-22nm, .*, mapped for carbon\n/);
    expect(text("--objective", "edp")).toMatch(/^.*, mapped for edp\n/);
    expect(ecotile("simulate", "vit-s16", "scale-sim").stdout).toMatch(
      /^.*, mapped for latency\n[^]*\nMapped for latency, since energies are not known\.\n/,
    );
    expect(ecotile("simulate", "bert-tiny", "scale-sim", "--objective", "time")).toMatchObject({
      status: 2,
      stdout: "",
    });
  });

  it("a design that keeps up only if it is mapped for latency is so mapped, as in a study", () => {
    const at = (rate: number, ...more: readonly string[]) =>
      ecotile("simulate", "bert-tiny", "catransformers-22nm", ...settings(`deployment.rate=${rate}/s`), ...more);
    const latencyOf = (...more: readonly string[]) => json(at(1, "--json", ...more))["latency_s"] as number;
    const [slow, fast] = [latencyOf(), latencyOf("--objective", "latency")];
    expect(fast).toBeLessThan(slow);
    // Between what the two can keep.
    const between = Math.floor((1 / slow + 1 / fast) / 2);
    const specs = applySettings({ model: loadModel("bert-tiny"), hardware: loadHardware("catransformers-22nm") }, [
      parseSetting(`deployment.rate=${between}/s`),
    ]);
    const byStudy = evaluateUnderPolicy(specs, { objective: "carbon", effort: "fast" }, []) as Evaluation;
    expect(byStudy.mappedFor).toBe("latency");
    expect(json(at(between, "--json"))).toMatchObject({
      ...{ feasible: true, latency_s: byStudy.latency_s, mapper: { objective: "latency" } },
    });
    expect(at(between).stdout).toContain(
      "\nMapped for latency, since for carbon it would not keep up with its rate.\n",
    );
    // What an option asks for is done, and what no mapping keeps up with is mapped for carbon.
    expect(json(at(between, "--json", "--objective", "carbon"))).toMatchObject({ feasible: false, latency_s: slow });
    expect(json(at(1e6, "--json"))).toMatchObject({
      feasible: false,
      latency_s: slow,
      mapper: { objective: "carbon" },
    });
  });

  it("too little DRAM is exit 3, as text and as JSON", () => {
    const small = settings("dram.type=idealised", "dram.capacity=1 MiB");
    const large = settings("dram.type=idealised", "dram.capacity=1 GiB");
    const run = ecotile(...CLIP, ...small);
    expect(run.status).toBe(3);
    expect(json(run)).toMatchObject({
      model: "clip-vit-b16",
      hardware: "catransformers-22nm",
      feasible: false,
      violations: [{ constraint: "dram.capacity", unit: "B" }],
    });
    // What does not depend on the fit is that of the design with memory enough.
    const fitting = json(ecotile("simulate", "clip-vit-b16", "catransformers-22nm", ...large, "--json"));
    const kept = [
      ...["parameters", "active_parameters", "macs", "weight_bytes", "kv_bytes_per_token", "dram_needed_bytes"],
      ...["peak_TOPS", "area_mm2", "carbon_embodied_kgCO2e", "area_by_component_mm2"],
    ];
    for (const key of kept) expect(json(run)[key], key).toEqual(fitting[key]);
    const { operators } = fitting as unknown as Document;
    expect(json(run)["operator_count"]).toBe(sum(operators.map(({ count }) => count)));
    const text = ecotile("simulate", "clip-vit-b16", "catransformers-22nm", ...small);
    expect(text.status).toBe(3);
    expect(text.stdout).toMatch(
      /^Infeasible: dram\.capacity: .*\nmodel        149620737 parameters, .*\nmemory       143.7 MiB: .*\noperators    303\npeak         2.56 TOPS\narea         9.85 mm2 \(.*\)\nembodied     .*\n$/,
    );
  });

  it("what is not modelled is null with its reason", () => {
    const document = json(ecotile("simulate", "vit-b16", "scale-sim", "--json"));
    expect(document["energy_total_J"]).toBe(null);
    expect(document["area_by_component_mm2"]).toMatchObject({ total: null, reason: expect.stringMatching(/./) });
    expect(document["cycles"]).toBeGreaterThan(0);
  });

  it("--set schedule.… fuses, keeps and fetches ahead, and says what was done", () => {
    const all = settings(
      ...["schedule.fusion=all", "schedule.activations=true", "schedule.weights=true", "schedule.prefetch=true"],
    );
    const document = json(ecotile(...CLIP, ...all)) as unknown as Document & {
      readonly schedule: {
        readonly fusion: string;
        readonly fused: readonly string[];
        readonly handovers: readonly unknown[];
        readonly prefetches: readonly { readonly to: string; readonly bytes: number }[];
        readonly resident_weight_bytes: number;
        readonly attention_reread_bytes: number;
      };
    };
    const plain = json(ecotile(...CLIP)) as unknown as Document;
    expect(document.energy_total_J).toBeLessThan(0.8 * plain.energy_total_J);
    expect(document.macs).toBe(plain.macs);
    const dramBytes = (of: typeof plain) => sum(of.operators.map((each) => each.count * each.dram_read_bytes));
    expect(document.dram_read_bytes).toBe(dramBytes(document));
    expect(document.dram_read_bytes).toBeLessThan(plain.dram_read_bytes);
    const { schedule } = document;
    expect(schedule).toMatchObject({ fusion: "all", activations: true, weights: true, prefetch: true });
    expect(schedule).toMatchObject({ resident_weight_bytes: 0, attention_reread_bytes: 0 });
    expect(schedule.fused).toContain("vision.layers.softmax");
    expect(schedule.handovers).toContainEqual({
      ...{ from: "vision.layers.activation", to: "vision.layers.ffn-down", bytes: 197 * 3072 },
    });
    for (const { to, bytes } of schedule.prefetches)
      expect(document.operators.find(({ name }) => name === to)).toMatchObject({ prefetched_bytes: bytes });
    expect(schedule.prefetches.length).toBeGreaterThan(0);
    const text = ecotile("simulate", "clip-vit-b16", "catransformers-22nm", ...all).stdout;
    expect(text).toMatch(/fusion {7}all: 10 operators run inside others, keys and values read again: 0 B/);
    expect(text).toMatch(/weights {6}on chip over inferences: none/);
  });

  it("sums up operators by tower and kind, launches apart", () => {
    const document = json(
      ecotile("simulate", "bert-tiny", "a100", "--set", "runtime=eager", "--json"),
    ) as unknown as Document & {
      readonly operator_kinds: readonly (Operator & {
        readonly runs: number;
        readonly launch_cycles: number;
        readonly share: number;
      })[];
    };
    const kinds = document.operator_kinds;
    expect(sum(kinds.map(({ cycles }) => cycles)) + document.non_operator_cycles["launch"]!).toBe(document.cycles);
    const launches = sum(kinds.map(({ launch_cycles }) => launch_cycles));
    const rounding = document.non_operator_cycles["launch"]! - launches;
    expect(rounding).toBeGreaterThanOrEqual(-1e-6);
    expect(rounding).toBeLessThanOrEqual(1);
    expect(sum(kinds.map(({ share }) => share))).toBeCloseTo(1, 5);
    // 128 tokens of a small model: every kernel is over before the next is started.
    expect(new Set(kinds.map(({ bound_by }) => bound_by))).toEqual(new Set(["launch"]));
    const qkv = kinds.find(({ kind }) => kind === "qkv")!;
    expect(qkv).toMatchObject({ runs: 2, macs: 2 * 128 * 128 * 384 });
    expect(qkv.launch_cycles).toBeCloseTo(2 * 21e-6 * 1.34e9, 6);
    expect(qkv.dram_read_bytes).toBe(2 * 2 * (128 * 128 + 128 * 384));
  });

  it("--roofline draws operators under the roofs, the same each time", () => {
    const draw = (name: string) => {
      const file = join(scratch, name);
      const run = ecotile("simulate", "bert-tiny", "edge-tpu", "--roofline", file);
      expect(run.status).toBe(0);
      return readFileSync(file, "utf8");
    };
    const svg = draw("a.svg");
    expect(svg).toMatch(/^<svg/);
    for (const text of ["bert-tiny on edge-tpu", "arrays, ", "DRAM, ", "Operations per byte", "text ffn-up"])
      expect(svg).toContain(text);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(draw("b.svg")).toBe(svg);
    expect(ecotile("simulate", "bert-tiny", "edge-tpu", "--roofline", join(scratch, "a.svg", "b.svg")).status).toBe(2);
  });

  it("prints a table for people, and --trace writes the schedule", () => {
    const trace = join(scratch, "trace.json");
    const run = ecotile("simulate", "clip-vit-b16", "catransformers-22nm", "--trace", trace);
    expect(run.status).toBe(0);
    for (const word of ["latency", "energy", "area", "embodied", "operational", "vision ffn-up"]) {
      expect(run.stdout).toContain(word);
    }
    const events = JSON.parse(readFileSync(trace, "utf8")) as { traceEvents: { ts: number; dur: number }[] };
    const last = events.traceEvents.at(-1)!;
    const { latency_s } = json(ecotile(...CLIP)) as unknown as Document;
    expect((last.ts + last.dur) / 1e6 / latency_s).toBeCloseTo(1, 9);
  });
});
