import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { escapeHtml, scriptJson, scriptText } from "../../../src/report/escape-html.ts";
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

test("a run without a feasible design has a report too", () => {
  const html = reportHtml({ ...record(), front: [], baseline: null, referencePoint: null });
  expect(html.includes("No design was feasible.")).toBe(true);
});
