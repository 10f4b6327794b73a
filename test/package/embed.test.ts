import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HW_FIELDS, IN_FIELDS, RES_FIELDS, RES_STATUS, STATUS_BAD_HARDWARE, STATUS_OK } from "../../assembly/abi.ts";
import { root } from "../architecture/files.ts";

const EMBED = join(root, "examples/embed");
const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const missing = [
  ...["wasm2c", "make", "cc", "python3"].filter((program) => !isThere(program)),
  ...(CHROMIUM === undefined ? ["chromium"] : []),
];
if (missing.length > 0) {
  const text = `${missing.join(", ")} missing: not every host of examples/embed is tested`;
  if (process.env["ECOTILE_REQUIRE_TOOLS"] === "1") throw new Error(text);
  console.warn(text);
}
const hasC = !["wasm2c", "make", "cc"].some((program) => missing.includes(program));

const folder = mkdtempSync(join(tmpdir(), "ecotile-embed-"));
const at = (name: string): string => join(folder, name);
const node = (...args: readonly string[]): Buffer =>
  execFileSync(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
const CHIP = "catransformers-22nm";
const results = node(join(EMBED, "node/products.mjs"), CHIP);

let browser: Browser | undefined;
beforeAll(async () => {
  const emit = ["gemm", CHIP, "--shape", "1,1,1,1", "--emit", "record"];
  writeFileSync(at("record.bin"), node(join(root, "dist/bundle/cli/main.js"), ...emit));
  if (hasC) {
    const paths = [`MODULE=${join(root, "build/core.scalar.wasm")}`, `LAYOUT=${join(root, "dist/assembly")}`];
    // Less optimised than as it comes, since the test need not be fast but its compiler.
    execFileSync("make", ["-s", "-C", join(EMBED, "c"), ...paths, `OUT=${folder}`, "CFLAGS=-O1"]);
  }
  if (CHROMIUM !== undefined) {
    node(join(EMBED, "browser/bundle.mjs"), at("page.html"));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  }
}, 240_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** The page from its file, with the network off; and what was asked for, and said, meanwhile. */
async function open() {
  const context = await browser!.newContext({ offline: true, viewport: { width: 400, height: 800 } });
  const page = await context.newPage();
  const [requests, messages]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  await page.goto(pathToFileURL(at("page.html")).href);
  await page.waitForSelector("#chart svg");
  return { page, requests, messages };
}

describe("1,000 products give the same bytes", () => {
  it("in Node: a result for each, of different products", () => {
    const numbers = new Float64Array(results.buffer.slice(results.byteOffset, results.byteOffset + results.length));
    expect(numbers).toHaveLength(1000 * RES_FIELDS);
    const rows = Array.from({ length: 1000 }, (_, i) => numbers.subarray(i * RES_FIELDS, (i + 1) * RES_FIELDS));
    expect(rows.every((row) => row[RES_STATUS] === STATUS_OK)).toBe(true);
    expect(new Set(rows.map((row) => row.join())).size).toBeGreaterThan(990);
  });

  it.skipIf(!hasC)("in C", () => {
    expect(execFileSync(at("products"), [at("record.bin")], { maxBuffer: 2 ** 24 }).equals(results)).toBe(true);
  });

  it.skipIf(!hasC || missing.includes("python3"))("in Python", () => {
    const layout = join(root, "dist/assembly/abi.json");
    const args = [join(EMBED, "python/products.py"), at("libecotile.so"), layout, at("record.bin")];
    expect(execFileSync("python3", args, { maxBuffer: 2 ** 24 }).equals(results)).toBe(true);
  });

  it.skipIf(CHROMIUM === undefined)("in a page", async () => {
    const { page } = await open();
    await page.click("#products");
    await page.waitForFunction(() => document.getElementById("digest")!.textContent !== "");
    const own = await page.evaluate(() =>
      Array.from((document.getElementById("products") as unknown as { results: Uint8Array }).results),
    );
    expect(Buffer.from(own).equals(results)).toBe(true);
  });

  it.skipIf(!hasC)("and a machine that is none is refused in C as in Node", () => {
    const record = new Float64Array(HW_FIELDS + IN_FIELDS).fill(NaN);
    writeFileSync(at("none.bin"), new Uint8Array(record.buffer));
    const { stderr, status } = spawnSync(at("products"), [at("none.bin")], { encoding: "utf8", maxBuffer: 2 ** 24 });
    expect(stderr).toBe(`1000 products do not run, the first with status ${STATUS_BAD_HARDWARE}\n`);
    expect(status).toBe(0);
    expect(spawnSync(at("products"), [at("nowhere.bin")], { encoding: "utf8" }).stderr).toBe(
      "cannot read the hardware record\n",
    );
  });
});

describe.skipIf(CHROMIUM === undefined)("the page, from one file and with the network off", () => {
  it("shows the numbers of the command, in table and chart, and asks for nothing else", async () => {
    const { page, requests, messages } = await open();
    await page.selectOption("select[name=model]", "bert-base");
    await page.selectOption("select[name=hardware]", "tpu-v4i");
    await page.selectOption("select[name=region]", "taiwan");
    await page.fill("input[name=rate]", "2/s");
    await page.click("form button");
    await page.waitForSelector("#chart svg");
    const set = ["deployment.region=taiwan", "deployment.rate=2/s"].flatMap((each) => ["--set", each]);
    const text = node(join(root, "dist/bundle/cli/main.js"), "simulate", "bert-base", "tpu-v4i", ...set, "--json");
    const document_ = JSON.parse(text.toString()) as Readonly<Record<string, number | null>> & {
      readonly energy_J: { readonly parts: Readonly<Record<string, number>> };
    };
    const rows = await page.locator("#numbers tr").allInnerTexts();
    expect(rows.length).toBe(6);
    for (const row of rows) {
      const [key, value] = row.split("\t");
      const known = document_[key!];
      expect(value, key).toBe(known === null ? "unknown" : String(Number(known!.toPrecision(5))));
    }
    const sources = Object.values(document_.energy_J.parts).filter((joules) => joules > 0);
    expect(await page.locator("#chart rect").count()).toBe(sources.length);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    expect(requests).toEqual([pathToFileURL(at("page.html")).href]);
    expect(messages).toEqual([]);
  });

  it("says what is wrong with what is written", async () => {
    const { page } = await open();
    await page.fill("input[name=rate]", "2 furlongs");
    await page.click("form button");
    await page.waitForFunction(() => document.getElementById("problems")!.textContent !== "");
    expect(await page.textContent("#problems")).toContain("rate");
    expect(await page.locator("#numbers tr").count()).toBe(0);
  });

  it("says why a model does not run", async () => {
    const { page } = await open();
    await page.selectOption("select[name=model]", "llama-2-7b");
    await page.selectOption("select[name=hardware]", "edge-tpu");
    await page.click("form button");
    await page.waitForFunction(() => document.getElementById("problems")!.textContent !== "");
    expect(await page.textContent("#problems")).toMatch(/need \d+ bytes/);
  });
});
