import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { disclosureJson, disclosureText } from "../../../src/cli/disclosure.ts";
import { manifestOf } from "../../../src/cli/export.ts";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel } from "../../../src/spec/index.ts";

const SERVER = {
  ...{
    class: "server",
    pue: 1.2,
    share: "25 %",
    gridIntensity: "400 gCO2e/kWh",
    gridBasis: "market",
    gridKind: "average",
  },
  ...{ "host.power": "800 W", "host.carbon": "1000 kgCO2e", "host.devices": 8, lifetime: "6 years", rate: "0.1/s" },
};

function run(hardware: string, deployment: Readonly<Record<string, unknown>> = {}): Evaluation {
  const settings = Object.entries(deployment).map(([path, value]) => ({ path: `deployment.${path}`, value }));
  const specs = applySettings({ hardware: loadHardware(hardware), model: loadModel("llama-3.2-1b") }, settings);
  const result = evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}

const server = run("h100", SERVER);

describe("simulate --report", () => {
  it("SCI, CCI and scopes of one server, by hand", () => {
    if (server.energy.total === null || server.embodied.total === null) throw new Error("no carbon");
    const json = disclosureJson(server, "sci");
    const inferences = 0.1 * 6 * 3600 * 365 * 6;
    const hours = 6 * 365 * 24;
    // A quarter of the board's 70 W idle and of an eighth of the host's 800 W in all hours, and the inferences; the site on top.
    const kWh = 1.2 * ((inferences * server.energy.total) / 3.6e6 + (0.25 * (70 + 100) * hours) / 1000);
    expect(json["energy_kWh"]).toBeCloseTo(kWh, 6);
    expect(json["scope2_kgCO2e"]).toBeCloseTo(0.4 * kWh, 6);
    const { host, ...device } = server.embodied.parts;
    expect(host).toBeCloseTo(0.25 * 125, 9);
    const embodied = Object.values(device).reduce((sum, kg) => sum + kg, 0) + 0.25 * 125;
    expect(json["scope3_kgCO2e"]).toBeCloseTo(embodied, 9);
    expect(json["sci_gCO2e_per_inference"]).toBeCloseTo((1000 * (0.4 * kWh + embodied)) / inferences, 9);
    const tokens = 128 * inferences;
    expect(json["sci_gCO2e_per_token"]).toBeCloseTo((1000 * (0.4 * kWh + embodied)) / tokens, 9);
    const exaflop = (2 * server.macs * inferences) / 1e18;
    const cci = json["cci_gCO2e_per_EFLOP"] as Readonly<Record<string, number>>;
    expect(cci["embodied"]).toBeCloseTo((1000 * embodied) / exaflop, 4);
    expect(cci["operational"]).toBeCloseTo((1000 * 0.4 * kWh) / exaflop, 4);
    expect(json["grid"]).toBe("market, average");
  });

  it("text of each report says its boundary; what is unknown is at least", () => {
    for (const kind of ["sci", "cci", "ghg"] as const)
      expect(disclosureText(server, kind)).toMatch(/Boundary, embodied, cradle to gate: die, memory, package, board/);
    const peer = run("zigzag-16x16", { rate: "0/s", inferences: 1 });
    expect(disclosureJson(peer, "ghg")).toMatchObject({
      scope3_kgCO2e: null,
      scope3_kgCO2e_at_least: expect.any(Number) as number,
      unknown: [{ part: "dram" }],
    });
    expect(() => manifestOf(peer)).toThrow(/no unknown parts: idealised DRAM/);
  });
});

/** `npm ci` in this folder installs the tool itself, in half a minute. */
const FOLDER = fileURLToPath(new URL("../../fixtures/impact-framework/", import.meta.url));
const TOOL = join(FOLDER, "node_modules/.bin/if-run");

describe("export impact-framework", () => {
  it("its pipeline, worked by hand, gives the grams of the report", () => {
    const { tree } = parse(stringify(manifestOf(server))) as {
      tree: { children: { device: { inputs: readonly Readonly<Record<string, number>>[] } } };
    };
    const [input] = tree.children.device.inputs;
    const grams =
      input!["energy-machines"]! * input!["pue"]! * input!["grid/carbon-intensity"]! + input!["carbon-embodied"]!;
    const sci = disclosureJson(server, "sci")["sci_gCO2e_per_inference"] as number;
    expect(grams / input!["inferences"]! / sci).toBeCloseTo(1, 12);
  });

  it.skipIf(!existsSync(TOOL))(
    "the tool itself gives them too (skipped: npm ci in test/fixtures/impact-framework)",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "ecotile-if-"));
      const [manifest, output] = [join(folder, "manifest.yml"), join(folder, "output")];
      writeFileSync(manifest, stringify(manifestOf(server)));
      execFileSync(TOOL, ["-m", manifest, "-o", output], { stdio: "ignore" });
      const { tree } = parse(readFileSync(`${output}.yaml`, "utf8")) as {
        tree: { children: { device: { outputs: readonly { readonly sci: number; readonly carbon: number }[] } } };
      };
      const [of] = tree.children.device.outputs;
      const sci = disclosureJson(server, "sci")["sci_gCO2e_per_inference"] as number;
      expect(of!.sci / sci).toBeCloseTo(1, 12);
      rmSync(folder, { recursive: true });
    },
  );
});
