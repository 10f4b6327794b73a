import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { studyData } from "../../src/live/study-page.ts";
import { loadStudy } from "../../src/spec/index.ts";
import { record } from "../fixtures/report/record.ts";
import { ecotile, json } from "../unit/cli/run.ts";
import { overlapsIn } from "./overlaps.ts";
import { commandOf, move, open, resultOf, settled, test_, withBrowser } from "./page.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-what-if-"));
const folder = join(directory, "run");
const file = join(folder, "report.html");
const STUDY = `name: what-if
model: vit-s16
hardware: catransformers-22nm
deployment: { region: taiwan, lifetime: 4 years, rate: 2/s, host: { power: 1 W, carbon: 1 kgCO2e } }
space: { array.rows: [16, 64, 256], cores: [1, 2, 4], localBuffer.size: [64 KiB, 256 KiB] }
objectives: [min carbon, min latency]
search: { strategy: exact }
`;
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

withBrowser();
beforeAll(() => {
  expect(ecotile("search", write("study.yaml", STUDY), "--out", folder, "--workers", "1").status).toBe(0);
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true }));

interface Row {
  readonly trial: number;
  readonly metrics: { readonly carbon_total_kgCO2e: number };
}

test_(
  "the picked design is simulated again: its numbers are those of the run, and of the command to the byte",
  async () => {
    const { page, messages } = await open(file);
    const { front } = json(ecotile("report", folder, "--format", "json")) as unknown as {
      readonly front: readonly Row[];
    };
    expect(front.length).toBeGreaterThan(2);
    for (const { trial, metrics } of front.slice(0, 3)) {
      await page.locator(`#front-table tr[data-id="${trial}"]`).click();
      await settled(page);
      expect(await page.textContent("#live-status")).toBe(`Trial ${trial} of the run.`);
      const result = await resultOf(page);
      expect((JSON.parse(result) as Row["metrics"]).carbon_total_kgCO2e).toBe(metrics.carbon_total_kgCO2e);
      expect(result).toBe(commandOf((await page.textContent("#live-command"))!, directory));
    }
    await page.waitForFunction(() => location.hash.includes("cores"));
    expect(await overlapsIn(page)).toEqual([]);
    expect(messages).toEqual([]);
  },
  120_000,
);

test_(
  "the front is ranked again under another use, each design with the total that the command gives it",
  async () => {
    const { page, messages } = await open(file);
    const ready = () => page.waitForSelector('#live-ranking[aria-busy="false"] tr');
    await ready();
    const before = await page.locator("#live-ranking td.now").allTextContents();
    await page.locator("#live-deployment-lifetime-text").fill("0.5 years");
    await page.locator("#live-deployment-lifetime-text").press("Enter");
    await move(page, "live-deployment-duty");
    await ready();
    const totals = (await page.locator("#live-ranking td.now").allTextContents()).map(Number);
    expect(totals).not.toEqual(before.map(Number));
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    for (const at of [0, totals.length - 1]) {
      await page.locator("#live-ranking button").nth(at).click();
      await settled(page);
      const command = (await page.textContent("#live-command"))!;
      for (const setting of ["'deployment.lifetime=0.5 years'", "'deployment.duty=2 %'"])
        expect(command).toContain(setting);
      const { carbon_total_kgCO2e: total } = JSON.parse(commandOf(command, directory)) as Row["metrics"];
      expect(Number(total.toPrecision(4))).toBe(totals[at]);
    }
    expect(messages).toEqual([]);
  },
  120_000,
);

test("report writes the page again; a study that --set cannot say has a reason instead", () => {
  expect(ecotile("report", folder).stdout).toBe(`${file}\n`);
  const study = loadStudy(join(folder, "study.yaml"));
  expect(studyData(study, record())).toMatchObject({ model: { name: "vit-s16", text: null } });
  const slow = loadStudy(write("slow.yaml", `${STUDY}mapping: { effort: exhaustive }\n`));
  expect(studyData(slow, record())).toMatchObject({ reason: expect.stringContaining("exhaustive") as string });
});
