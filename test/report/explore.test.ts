import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { ecotile } from "../unit/cli/run.ts";
import { overlapsIn } from "./overlaps.ts";
import { commandOf, move, open, resultOf, settled, test_, withBrowser } from "./page.ts";

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`;

const directory = mkdtempSync(join(tmpdir(), "ecotile-explore-"));
withBrowser();
afterAll(() => rmSync(directory, { recursive: true }));

/** The page that the command writes. @returns its path */
function explore(model: string, hardware: string, ...more: readonly string[]): string {
  const path = join(directory, `${Math.random()}.html`);
  const run = ecotile("explore", model, hardware, "--out", path, ...more);
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe(`${path}\n`);
  return path;
}

/** What a move of a control may take. Of many moves the fastest counts: other programs of the machine make the others slower. */
const MOST_STEP_MS = 50;

async function fastestStep(page: Page): Promise<number> {
  const steps = await page.evaluate(() => performance.getEntriesByName("ecotile step").map(({ duration }) => duration));
  const sorted = [...steps].sort((a, b) => a - b);
  console.info(`${steps.length} steps: ${sorted[0]} ms the fastest, ${sorted[sorted.length >> 1]} ms the median.`);
  return sorted[0]!;
}

test_(
  "a decode step of Llama 3 8B is simulated again at once",
  async () => {
    const decode = ["model.contextTokens=2048", "model.text.tokens=1", "model.generatedTokens=0"];
    const { page } = await open(explore("llama-3-8b", "h100", ...decode.flatMap((each) => ["--set", each])));
    const ids = await page.locator(".control > input[type=range]").evaluateAll((all) => all.map((each) => each.id));
    // The first moves are those of a program that is not compiled yet.
    for (let round = 0; round < 3; round += 1) for (const id of ids) await move(page, id);
    expect(await fastestStep(page)).toBeLessThan(MOST_STEP_MS);
  },
  120_000,
);

test_(
  "every control changes the design, by keyboard, and the command has the same bytes",
  async () => {
    const { page, messages } = await open(explore("clip-vit-b16", "catransformers-22nm"));
    const ids = await page
      .locator(".control > select, .control > input[type=range]")
      .evaluateAll((all) => all.map(({ id }) => id));
    expect(ids.length).toBe(28);
    const unchanged: string[] = [];
    for (const id of ids) {
      const before = await page.textContent("#live-command");
      await move(page, id);
      const path = await page.locator(`label[for=${id}]`).getAttribute("title");
      const after = await page.textContent("#live-command");
      if (after === before || !after!.includes(path!)) unchanged.push(id);
      // What was moved before stays: the next one moves on from there, and stands instead of what excludes it.
    }
    expect(unchanged).toEqual([]);
    expect(await fastestStep(page)).toBeLessThan(MOST_STEP_MS);
    const command = (await page.textContent("#live-command"))!;
    expect(command.match(/--set/g)!.length).toBeGreaterThan(25);
    expect(await page.locator(".control.changed").count()).toBe(command.match(/--set/g)!.length);
    expect(await resultOf(page)).toBe(commandOf(command, directory));
    const [now, baseline] = [
      await page.locator("td.now").first().textContent(),
      await page.locator("td.before").first().textContent(),
    ];
    expect(now).not.toBe(baseline);
    await page.click("#live-reset");
    await settled(page);
    expect(await page.textContent("#live-command")).toBe("ecotile simulate clip-vit-b16 catransformers-22nm --json");
    expect(messages).toEqual([]);
  },
  120_000,
);

test_(
  "own files, hostile names and a grid's file: what the page saves and its command give its bytes",
  async () => {
    const named = (kind: string, preset: string, name: string): string => {
      const path = join(directory, `own-${kind}.yaml`);
      const text = readFileSync(join("presets", kind, `${preset}.yaml`), "utf8");
      writeFileSync(
        path,
        text.replace(/^name: .*$/m, () => `name: ${JSON.stringify(name)}`),
      );
      return path;
    };
    const [model, chip] = [
      named("models", "bert-tiny", `it's ${HOSTILE}`),
      named("hardware", "catransformers-22nm", HOSTILE),
    ];
    const grid = `deployment.gridTrace=${resolve("examples/plan/grid-gb.csv")}`;
    const { page, messages } = await open(explore(model, chip, "--set", grid, "--set", "deployment.lifetime=4 years"));
    expect(await page.textContent("h1")).toBe(`it's ${HOSTILE} on ${HOSTILE}`);
    expect(await page.locator("img").count()).toBe(0);
    await move(page, "live-array-rows");
    for (const of of ["model", "hardware"]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#live-save-${of}`)]);
      await download.saveAs(join(directory, download.suggestedFilename()));
    }
    expect(await resultOf(page)).toBe(commandOf((await page.textContent("#live-command"))!, directory));
    expect(messages).toEqual([]);
  },
  180_000,
);

test_(
  "what is in the address is shown again, and what does not belong there is told as text",
  async () => {
    const file = explore("vit-s16", "edge-tpu", "--set", "deployment.region=taiwan");
    const setting = (text: string): string => encodeURIComponent(text);
    const good = await open(file, { hash: `#${setting("deployment.duty=20 %")}&${setting("cores=2")}` });
    expect(await good.page.textContent("#live-command")).toBe(
      "ecotile simulate vit-s16 edge-tpu --set deployment.region=taiwan --set 'deployment.duty=20 %' --set cores=2 --json",
    );
    expect(await good.page.locator("#live-deployment-duty-text").inputValue()).toBe("20 %");
    await move(good.page, "live-deployment-hoursPerDay");
    await good.page.waitForFunction(() => location.hash.includes("hoursPerDay"));
    const again = await open(file, { hash: await good.page.evaluate(() => location.hash) });
    expect(await again.page.textContent("#live-command")).toBe(await good.page.textContent("#live-command"));
    expect([...good.messages, ...again.messages]).toEqual([]);

    const refused: readonly (readonly [string, string])[] = [
      ["x".repeat(1_000_000), "it has 1000000 characters, and at most 8000 are read"],
      [setting(HOSTILE), 'There is no path "</script><script>'],
      [setting(`array.rows=${HOSTILE}`), "array.rows"],
      [setting("array.rows=0"), "array.rows must be"],
      [setting("array.rowz=8"), "array.rowz"],
      [setting("__proto__=1"), "__proto__"],
      [setting("deployment.gridTrace=/etc/passwd"), "no files are read here"],
      ["%E0%A4%A", "is no path=value"],
      [setting("cores=2\nrm"), "is no path=value"],
    ];
    for (const [hash, said] of refused) {
      const { page, messages } = await open(file, { hash: `#${hash}` });
      const status = (await page.textContent("#live-status"))!;
      expect(status, hash.slice(0, 60)).toMatch(/^The address says nothing that can be shown: /);
      expect(status, hash.slice(0, 60)).toContain(said);
      expect(await page.textContent("#live-command")).toBe(
        "ecotile simulate vit-s16 edge-tpu --set deployment.region=taiwan --json",
      );
      expect(await page.locator("img").count()).toBe(0);
      expect(messages, hash.slice(0, 60)).toEqual([]);
      await page.context().close();
    }
  },
  120_000,
);

test_(
  "a value that is refused is told at its control, and the design stays; what has to change with a value does",
  async () => {
    const { page, messages } = await open(explore("vit-s16", "catransformers-22nm"));
    const rows = page.locator("#live-array-rows-text");
    await rows.fill("many");
    await rows.press("Enter");
    expect(await page.textContent("#live-array-rows-problem")).toContain("array.rows");
    expect(await page.textContent("#live-command")).toBe("ecotile simulate vit-s16 catransformers-22nm --json");
    await rows.fill("96");
    await rows.press("Enter");
    await settled(page);
    expect(await page.textContent("#live-array-rows-problem")).toBe("");
    expect(await page.textContent("#live-command")).toContain("--set array.rows=96");
    // The published memory has plain numbers; as dies that are sold, HBM2E comes in other sizes.
    await page.locator("#live-dram-dies").press("ArrowRight");
    await settled(page);
    await page.locator("#live-dram-type").selectOption("HBM2E");
    await settled(page);
    expect(await page.textContent("#live-status")).toMatch(/^Changed with it: dram.capacity = \d+ GB/);
    const written = await page.textContent("#live-command");
    expect(written).toContain("--set dram.type=HBM2E");
    expect(await resultOf(page)).toBe(commandOf(written!, directory));
    // A model that does not fit any memory runs nowhere, and the page says why.
    await page.locator("#live-other-text").fill("dram.type=LPDDR3");
    await page.locator("#live-other button").click();
    expect(messages).toEqual([]);
  },
  180_000,
);

test_.each([
  [420, "light"],
  [420, "dark"],
  [800, "light"],
  [1400, "dark"],
] as const)(
  "at %i px, %s: nothing overflows, no text lies on another",
  async (width, scheme) => {
    const { page, messages } = await open(explore("clip-vit-b16", "catransformers-22nm"), { width, scheme });
    await move(page, "live-deployment-rate");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await overlapsIn(page)).toEqual([]);
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper).toBe(scheme === "dark" ? "rgb(16, 22, 28)" : "rgb(245, 247, 250)");
    expect(messages).toEqual([]);
  },
  180_000,
);

test("the page loads nothing, makes no functions of texts, and has the same bytes each time", () => {
  const [one, other] = [explore("vit-s16", "eyeriss"), explore("vit-s16", "eyeriss")].map((path) =>
    readFileSync(path, "utf8"),
  );
  expect(one).toBe(other);
  // Of a release the core has 0.2 MB as base64; one that is built to try a change is larger.
  const withoutCore = one!.replace(/(?<=id="live-core">)[^<]*/, "");
  expect(Buffer.byteLength(withoutCore)).toBeLessThan(2.1e6);
  const policy = /content="(default-src[^"]*)"/.exec(one!)![1]!;
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ('sha256-[\w+/=]+' ){2}'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'$/,
  );
});

test("a name that is none, and standard input, are refused; --json is one document", () => {
  expect(ecotile("explore", "vit-s17", "eyeriss")).toMatchObject({ status: 2, stdout: "" });
  expect(ecotile("explore", "-", "eyeriss").stderr).toContain("standard input");
  const path = join(directory, "json.html");
  expect(JSON.parse(ecotile("explore", "vit-s16", "eyeriss", "--out", path, "--json").stdout)).toEqual({ page: path });
});
