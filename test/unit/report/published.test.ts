import { expect, test } from "vitest";
import { loadStudy } from "../../../src/spec/index.ts";
import { publishedDesigns } from "../../../src/study/published.ts";
import { ecotile, json, scratchFile } from "../cli/run.ts";

const study = (name: string, more: string) =>
  loadStudy(
    scratchFile(
      `${name}.yaml`,
      `name: ${name}
hardware: catransformers-22nm
deployment: { region: taiwan }
space: { cores: [1, 2] }
objectives: [min carbon]
${more}`,
    ),
  );

test("published models of the same work stand beside the front, with the numbers of simulate", () => {
  const all = publishedDesigns(study("clip", "model: clip-vit-b16"));
  const names = all.map(({ name }) => name);
  expect(names).toContain("tinyclip-40m-32");
  expect(names).not.toContain("clip-vit-b16");
  expect(names.some((name) => name.startsWith("bert"))).toBe(false);
  const { metrics } = all.find(({ name }) => name === "tinyclip-40m-32")!;
  const set = ["--set", "deployment.region=taiwan", "--objective", "carbon"];
  const simulated = json(ecotile("simulate", "tinyclip-40m-32", "catransformers-22nm", ...set, "--json"));
  for (const metric of ["carbon_total_kgCO2e", "latency_s"]) expect(metrics[metric]).toBe(simulated[metric]);
});

test("none where a command judges accuracy", () => {
  const accuracy = { evaluator: "command", command: "cat", interval: 0.01 } as never;
  expect(publishedDesigns({ ...study("command", "model: vit-s16"), accuracy })).toEqual([]);
});
