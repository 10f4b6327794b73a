import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { escapeHtml, scriptJson, scriptText } from "../../../src/report/escape-html.ts";
import { aimsHtml } from "../../../src/report/html-aims.ts";
import { importanceHtml } from "../../../src/report/html-importance.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { reportHtml } from "../../../src/report/html.ts";
import { headlineOf } from "../../../src/report/headline.ts";
import { unpackRecord, type PackedRecord } from "../../../src/report/page/packed.ts";
import { createRandom } from "../../../src/random/index.ts";
import { record, row } from "../../fixtures/report/record.ts";

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
  const counts = "5,000 designs on the exact front of 1,000,000. This page holds 2 of them, and front.csv all.";
  expect(text).toContain(counts);
  expect(text).not.toContain("others differs");
  const known = reportHtml({ ...record({ strategy: "exact" }), exact: { ...exact, shownWithin: 0.012345 } });
  expect(known).toContain(
    `${counts} Each of the 4,998 others differs by at most 1.3 % from one that is here, in every objective.`,
  );
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

test("a page holds a part of a long front: what it names, and designs of which no other one differs by more than it says", () => {
  const random = createRandom(28);
  const front = Array.from({ length: 5000 }, (_, i) => {
    const [a, b] = [random.float(), random.float()];
    const plain = row(i + 1, 1);
    const metrics = { ...plain.metrics, accuracy: 0.4 + 0.3 * a, latency_s: 10 ** (-3 + 2 * b) };
    return { ...plain, metrics: { ...metrics, carbon_total_kgCO2e: 10 ** (a - b) } };
  });
  const objectives = [
    { metric: "accuracy", direction: "max" },
    { metric: "carbon_total_kgCO2e", direction: "min" },
    { metric: "latency_s", direction: "min" },
  ] as const;
  const step = { step: 1, designs: 5000, cost: 1, accuracy: { low: 0.4, high: 0.7, cheapest: 0.5 }, ties: [] };
  const steps = [17, 1234, 4999].map((cheapest, i) => ({ ...step, step: i + 1, cheapest }));
  const run: RunRecord = {
    ...record({ objectives }),
    ...{ front, steps: { confidence: 0.9, metric: "carbon_total_kgCO2e", steps } },
    ...{ trialCount: 20_000, feasibleCount: 12_000, referencePoint: [0.4, 10, 0.1] },
  };
  const html = reportHtml(run);
  const said =
    /5,000 designs on the front; 20,000 of [^.]*\. This page holds 2,000 of them, and front\.csv all\. Each of the 3,000 others differs by at most ([\d.]+) % from one that is here, in every objective\./.exec(
      html,
    );
  const within = Number(said![1]) / 100;
  const data = JSON.parse(/<script type="application\/json" id="data">([^<]*)/.exec(html)![1]!) as {
    readonly record: PackedRecord;
    readonly frontCount: number;
  };
  expect(data.frontCount).toBe(5000);
  const held = unpackRecord(data.record).front;
  expect(held.length).toBe(2000);
  const trials = new Set(held.map(({ trial }) => trial));
  for (const { cheapest } of steps) {
    expect(trials.has(cheapest)).toBe(true);
    expect(html).toContain(`data-pick="${cheapest}"`);
  }
  expect(trials.has(headlineOf(run)!.best.trial)).toBe(true);
  const points = (rows: RunRecord["front"]) =>
    rows.map(({ metrics }) => objectives.map(({ metric }) => metrics[metric]!));
  const kept = points(held);
  const farthest = Math.max(
    ...points(front).map((point) =>
      Math.min(
        ...kept.map((near) => Math.max(...near.map((x, k) => Math.abs(x - point[k]!) / Math.max(x, point[k]!)))),
      ),
    ),
  );
  expect(farthest).toBeLessThanOrEqual(within);
  expect(farthest).toBeGreaterThan(within * 0.9);
  // A front that the page has room for is there whole, and nothing is said of it.
  const short = reportHtml({ ...run, front: front.slice(0, 2000) });
  expect(short).not.toContain("This page holds");
});
