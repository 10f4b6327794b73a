import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { reportHtml } from "../../src/report/html.ts";
import { frontCsv } from "../../src/report/front-files.ts";
import { longRecord } from "../fixtures/report/record.ts";
import { ecotile } from "../unit/cli/run.ts";
import { seriousIn } from "./accessible.ts";
import { overlapsIn } from "./overlaps.ts";
import { open, openFile, settled, test_, withBrowser } from "./page.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`;
const directory = mkdtempSync(join(tmpdir(), "ecotile-views-"));
const file = join(directory, "report.html");
const whole = longRecord(HOSTILE, 12, 50);
withBrowser();
beforeAll(() => writeFileSync(file, reportHtml(whole)));
afterAll(() => rmSync(directory, { recursive: true }));

const trials = (page: Page) => page.locator("#front-table tbody tr:not(.baseline) td:first-child").allTextContents();
const stateOf = (page: Page) => page.textContent("#filter-state");

async function saved(page: Page, id: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${id}`)]);
  return readFileSync(await download.path(), "utf8");
}

test_(
  "a filter drives table, counts and files; the address gives it back",
  async () => {
    const { page, messages } = await openFile(file);
    expect(await page.textContent("h1")).toBe(HOSTILE);
    expect(await page.locator("img").count()).toBe(0);
    expect(await stateOf(page)).toBe("12 of 12 designs of the front are shown, 50 of 50 others.");
    expect(await saved(page, "save-csv")).toBe(frontCsv(whole));
    await page.click("summary:has-text('Filter')");
    for (const value of ["1", "4"]) await page.locator(`fieldset[data-filter=cores] input[value="${value}"]`).uncheck();
    const least = page.locator('fieldset[data-filter=latency_s] input[data-end="least"]');
    await least.fill("12");
    await least.press("Enter");
    await settled(page);
    // Latency 20 ms / share ≥ 12 ms: shares up to 1.67; two cores: trials 2, 5, 8 of those.
    expect(await trials(page)).toEqual(["2", "5", "8"]);
    expect(await stateOf(page)).toBe("3 of 12 designs of the front are shown, 0 of 50 others.");
    const { designs } = JSON.parse(await saved(page, "save-json")) as { designs: { trial: number; point: object }[] };
    expect(designs.map(({ trial }) => trial)).toEqual([2, 5, 8]);
    expect(designs[0]!.point).toEqual(whole.front[1]!.point);
    await page.selectOption("#axis-x", "latency_s");
    await page.click('#front-table button[data-pick="5"]');
    await settled(page);
    expect(await page.textContent("#picked-title")).toBe("Trial 5");
    await page.waitForFunction(() => location.hash.includes("pick"));
    const again = await openFile(file, { hash: await page.evaluate(() => location.hash) });
    expect(await trials(again.page)).toEqual(["2", "5", "8"]);
    expect(await again.page.textContent("#picked-title")).toBe("Trial 5");
    expect(await again.page.locator("#axis-x").inputValue()).toBe("latency_s");
    for (const chip of await again.page.locator(".chip").all())
      expect(await chip.textContent()).toMatch(/cores: 2|Latency 12…/);
    await again.page.locator(".chip").first().click();
    await again.page.click("#filter-clear");
    await settled(again.page);
    expect((await trials(again.page)).length).toBe(12);
    expect([...messages, ...again.messages]).toEqual([]);
  },
  180_000,
);

test_(
  "a box in the scatter filters by both of its axes",
  async () => {
    const { page, messages } = await openFile(file);
    await page.click("#choose-box");
    await page.locator("#front-chart").scrollIntoViewIfNeeded();
    const box = (await page.locator("#front-chart").boundingBox())!;
    await page.mouse.move(box.x + 80, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 110, { steps: 5 });
    await page.mouse.up();
    await page.waitForSelector(".chip");
    expect(await page.locator(".chip").count()).toBe(2);
    const shown = (await trials(page)).map(Number);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(12);
    // Carbon and accuracy grow with the number of the trial: the left half of the chart holds the first ones.
    expect(shown).toEqual(shown.map((_, i) => i + 1));
    for (const id of ["zoom-in", "zoom-out", "zoom-whole"]) await page.click(`#${id}`);
    expect(messages).toEqual([]);
  },
  180_000,
);

test_(
  "a hash of 10^6 characters, and one that names nothing, show the whole run",
  async () => {
    const long = `#view.pick=2&${"x".repeat(1_000_000)}`;
    const hostile = `#view.pick=${encodeURIComponent(HOSTILE)}&view.in.cores=${encodeURIComponent('["9"]')}`;
    for (const hash of [long, hostile]) {
      const { page, messages } = await openFile(file, { hash });
      expect((await trials(page)).length).toBe(12);
      expect(await page.locator("img").count()).toBe(0);
      expect(messages).toEqual([]);
    }
  },
  180_000,
);

test_(
  "a front and a sample of 10^5 and more trials: the page says so, and opens within two seconds",
  async () => {
    const large = join(directory, "large.html");
    const html = reportHtml(longRecord("large", 1000, 2000));
    writeFileSync(large, html);
    expect(Buffer.byteLength(html)).toBeLessThan(3e6);
    expect(html).toContain("Of 200,000 other feasible designs 2,000 are in this page");
    const { page, messages } = await openFile(large);
    const milliseconds = await page.evaluate(() => performance.getEntriesByName("ecotile report")[0]!.startTime);
    console.info(`A front of 1,000 and 2,000 others are drawn ${Math.round(milliseconds)} ms after navigation.`);
    expect(await page.locator("#front-table tbody tr").count()).toBe(200);
    await page.click("#front-table-more");
    expect(await page.locator("#front-table tbody tr").count()).toBe(1001);
    expect(messages).toEqual([]);
  },
  180_000,
);

test_.each([
  [420, "light"],
  [800, "dark"],
  [1400, "light"],
  [1400, "dark"],
] as const)(
  "the report at %i px, %s: nothing overflows, no text lies on another, nothing serious for assistive technology",
  async (width, scheme) => {
    const { page, messages } = await openFile(file, { width, scheme });
    expect(await seriousIn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await overlapsIn(page)).toEqual([]);
    expect(messages).toEqual([]);
  },
  180_000,
);

test_.each(["light", "dark"] as const)(
  "the page of explore, %s: nothing serious for assistive technology",
  async (scheme) => {
    const explore = join(directory, `${scheme}.html`);
    expect(ecotile("explore", "vit-s16", "catransformers-22nm", "--out", explore).status).toBe(0);
    const { page, messages } = await open(explore, { scheme });
    expect(await seriousIn(page)).toEqual([]);
    await page.selectOption("#live-operator", { index: 0 });
    expect(await page.locator("#live-timeline tr").count()).toBeGreaterThan(1);
    expect(messages).toEqual([]);
  },
  180_000,
);
