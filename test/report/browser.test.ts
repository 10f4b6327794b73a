import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportHtml } from "../../src/report/html.ts";
import { settled } from "./page.ts";
import { record } from "../fixtures/report/record.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const isRequired = process.env.ECOTILE_REQUIRE_TOOLS === "1";
if (CHROMIUM === undefined && !isRequired) console.warn("The report is not tested in a browser: there is no Chromium.");

const THREE = [
  { metric: "accuracy", direction: "max" },
  { metric: "carbon_total_kgCO2e", direction: "min" },
  { metric: "latency_s", direction: "min" },
] as const;
const directory = mkdtempSync(join(tmpdir(), "ecotile-report-"));
const file = join(directory, "report.html");
let browser: Browser | undefined;
beforeAll(async () => {
  writeFileSync(file, reportHtml({ ...record({ objectives: THREE }), referencePoint: [0.3, 1, 0.1] }));
  if (CHROMIUM !== undefined) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(directory, { recursive: true });
});

/** The report in a window of a width, with the network off. @returns the page and what its console said */
async function open(width: number): Promise<{ readonly page: Page; readonly messages: readonly string[] }> {
  if (browser === undefined) throw new Error("ECOTILE_REQUIRE_TOOLS=1, but there is no Chromium");
  const context = await browser.newContext({ viewport: { width, height: 900 }, offline: true });
  const page = await context.newPage();
  const messages: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("#front-chart canvas");
  return { page, messages };
}

const test_ = test.skipIf(CHROMIUM === undefined && !isRequired);

test_.each([1400, 390])(
  "charts and table are there at %i px, nothing overflows, nothing is complained of",
  async (width) => {
    const { page, messages } = await open(width);
    for (const id of [
      "front-chart",
      "pair-0-chart",
      "pair-1-chart",
      "carbon-chart",
      "parallel-chart",
      "convergence-chart",
    ])
      expect(await page.locator(`#${id} canvas`).count(), id).toBeGreaterThan(0);
    expect(await page.locator("#front-table tbody tr").count()).toBe(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(messages).toEqual([]);
  },
);

test_("the front is drawn: its canvas holds the colour of the baseline", async () => {
  const { page } = await open(1000);
  const reds = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#front-chart canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i]! > 180 && data[i + 1]! < 60 && data[i + 2]! < 80) count += 1;
    return count;
  });
  expect(reds).toBeGreaterThan(50);
});

test_("a chart is saved as SVG, with the network off", async () => {
  const { page, messages } = await open(1000);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator('button.save[data-chart="front"]').click(),
  ]);
  expect(download.suggestedFilename()).toBe("front.svg");
  const svg = readFileSync(await download.path(), "utf8");
  expect(svg).toMatch(/^<svg/);
  expect(svg).toContain("Total carbon (kgCO2e)");
  expect(messages).toEqual([]);
});

test_("headings sort, lines pick a design", async () => {
  const { page, messages } = await open(1000);
  const firstTrials = () => page.locator("#front-table tbody tr td:first-child").allTextContents();
  const heads = page.locator("#front-table thead");
  await heads.getByRole("button", { name: "Accuracy (%)" }).click();
  expect(await firstTrials()).toEqual(["2", "7", "baseline"]);
  await heads.getByRole("button", { name: "Accuracy (%)" }).click();
  expect(await firstTrials()).toEqual(["baseline", "7", "2"]);
  await page.locator('#front-table tr[data-id="2"]').click();
  await settled(page);
  expect(await page.locator("#picked-title").textContent()).toBe("Trial 2");
  expect(await page.locator("#picked-figures").textContent()).toContain("vision_layers");
  expect(messages).toEqual([]);
});
