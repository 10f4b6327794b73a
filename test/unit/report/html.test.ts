import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { escapeHtml, scriptJson, scriptText } from "../../../src/report/escape-html.ts";
import { aimsHtml } from "../../../src/report/html-aims.ts";
import { importanceHtml } from "../../../src/report/html-importance.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { reportHtml } from "../../../src/report/html.ts";
import { record } from "../../fixtures/report/record.ts";

const HOSTILE = `</script><script>alert("1")</script>&<img src=x onerror=alert(2)>`;

test("user text cannot leave its place", () => {
  expect(escapeHtml(`<b a="c">&'`)).toBe("&lt;b a=&quot;c&quot;&gt;&amp;&#39;");
  expect(scriptJson({ text: HOSTILE })).not.toMatch(/[<>&]/);
  expect(JSON.parse(scriptJson({ text: HOSTILE }))).toEqual({ text: HOSTILE });
  expect(scriptText("a</script>b")).toBe("a\\x3c/script>b");
});

test("hostile names stay text, and the policy lets only the two known scripts run", () => {
  const html = reportHtml(record({ name: HOSTILE, description: HOSTILE, constraints: [HOSTILE] }));
  expect(html.includes("<img src=x")).toBe(false);
  expect(html.match(/<script[ >]/g)?.length).toBe(3);
  const policy = /content="(default-src[^"]*)"/.exec(html)![1]!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("script-src 'unsafe-inline'");
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
  expect(scripts.length).toBe(2);
  for (const text of scripts) expect(policy).toContain(`sha256-${createHash("sha256").update(text).digest("base64")}`);
});

test("the report loads nothing and says its limits and where it comes from", () => {
  const html = reportHtml(record());
  expect(/<[^>]+(src|href)="(https?:)?\/\//.test(html.replace(/<script>[\s\S]*?<\/script>/g, ""))).toBe(false);
  for (const text of ["cross-validated MAE 1.2 points", "Not modelled", "hash 5d", "224 gCO2e/kWh", "3 years"])
    expect(html.includes(text), text).toBe(true);
  expect(reportHtml(record()) === html).toBe(true);
});

test("what each aim gives up: changes against the design of least carbon", () => {
  const html = aimsHtml(record());
  expect(html).toContain("Accuracy of at least 55 %");
  // Twice the share: half the latency, and 0.2·2 + 0.1 + 0.1·2 kg instead of 0.4.
  expect(html).toContain("10 (−50.0 %)");
  expect(html).toContain("0.7 (+75.0 %)");
  expect(aimsHtml({ ...record(), aims: [] })).toBe("");
});

test("what parameters explain: the method, its fit and shares; the weak ones summed up", () => {
  const parameter = (path: string, first: number, total: number | null) => ({ path, first, total, marginal: [1, 2] });
  const weak = Array.from({ length: 9 }, (_, i) => parameter(`weak-${i}`, 0.001, 0.002));
  const sobol = { metric: "carbon_total_kgCO2e", fit: 0.97, parameters: [parameter("cores", 0.6, 0.75), ...weak] };
  const text = (importance: RunRecord["importance"]): string =>
    importanceHtml({ ...record(), ...(importance && { importance }) })
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ");
  const forest = text({
    method: "sobol",
    designs: 2000,
    of: [{ ...sobol, parameters: [...sobol.parameters, parameter("w", 0.001, 0.002)] }],
  });
  expect(forest).toContain("first-order Sobol&#39; index");
  expect(forest).toContain("2,000 evaluated trials");
  expect(forest).toContain("Total carbon; fit 0.97");
  expect(forest).toContain("cores 60.0 75.0");
  expect(forest).toContain("1 more parameter, none above 0.2");
  const front = text({
    method: "ped-anova",
    designs: 40,
    of: [{ metric: null, fit: null, parameters: [parameter("a", 1, null)] }],
  });
  expect(front).toContain("PED-ANOVA");
  expect(front).toContain("Being on the front");
  expect(text(undefined)).toBe("");
});

test("a thinned front says so, and an exact one has no convergence", () => {
  const exact = {
    ...{ policy: "p", frontCount: 5000, covered: 1e6, bounded: 10, feasible: 6000, dominated: 1000, tied: 3 },
    ...{ hardwarePoints: { ruledOut: 1, bounded: 1, enumerated: 1 }, gemmShapes: 1, simulations: 1, measured: 100 },
    secondLook: { simulations: 0, hardwarePoints: 0, designs: 0, feasible: 0, onFront: 0 },
  };
  const html = reportHtml({ ...record({ strategy: "exact" }), exact });
  const text = html.replace(/<script>[\s\S]*?<\/script>/g, "");
  expect(text).toContain("5,000 designs on the exact front of 1,000,000. The report shows 2 of them");
  expect(text).toContain("The whole space was covered at once");
  expect(text).toContain("of 100 designs, evenly spread over the front, reference point");
  expect(text).not.toContain("convergence-chart");
});

test("a record of an older version, without space and aims, has a report", () => {
  const { aims, ...old } = record();
  const { parameters, ...study } = old.study;
  expect([aims, parameters]).not.toContain(undefined);
  for (const id of ["parallel-chart", "slice-chart"]) expect(reportHtml({ ...old, study })).not.toContain(`id="${id}"`);
});

test("a run without a feasible design has a report too", () => {
  const html = reportHtml({ ...record(), front: [], baseline: null, referencePoint: null });
  expect(html.includes("No design was feasible.")).toBe(true);
});
