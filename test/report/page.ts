import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { MAIN } from "../unit/cli/run.ts";

export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const isRequired = process.env.ECOTILE_REQUIRE_TOOLS === "1";
/** Tests that need a browser. */
export const test_: ReturnType<typeof test.skipIf> = test.skipIf(CHROMIUM === undefined && !isRequired);

let browser: Browser | undefined;
/** Starts the browser before the tests of a file, and ends it. */
export function withBrowser(): void {
  beforeAll(async () => {
    if (CHROMIUM !== undefined) browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => browser?.close());
}

interface Opened {
  readonly page: Page;
  /** What the page complained of: console, errors, and anything that it asked of a network. */
  readonly messages: readonly string[];
}

/** A page in a window, without a network, once its simulator has run. */
export async function open(file: string, options: Parameters<typeof openFile>[1] = {}): Promise<Opened> {
  const opened = await openFile(file, options);
  await opened.page.waitForSelector("#live-figures tr", { timeout: 60_000 });
  return opened;
}

/** A page in a window, without a network. */
export async function openFile(
  file: string,
  { width = 1400, scheme = "light" as "light" | "dark", hash = "" } = {},
): Promise<Opened> {
  if (browser === undefined) throw new Error("ECOTILE_REQUIRE_TOOLS=1, but there is no Chromium");
  const context = await browser.newContext({ viewport: { width, height: 900 }, offline: true, colorScheme: scheme });
  const page = await context.newPage();
  const messages: string[] = [];
  page.on("console", (message) => messages.push(message.text()));
  page.on("pageerror", (error) => messages.push(error.message));
  page.on("dialog", (dialog) => {
    messages.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) messages.push(`request: ${request.url()}`);
  });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  await settled(page);
  return { page, messages };
}

/** Waits until the page shows what has been asked of it. */
export const settled = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** What the page hands out as its result. */
export async function resultOf(page: Page): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#live-save-json")]);
  return readFileSync(await download.path(), "utf8");
}

/** Runs the command that the page prints, as a shell reads it, in a folder. */
export function commandOf(text: string, folder: string): string {
  const script = `ecotile() { "$NODE" "$MAIN" "$@"; }\n${text}`;
  const env = { ...process.env, NODE: process.execPath, MAIN, NO_COLOR: "1" };
  return execFileSync("sh", ["-c", script], { cwd: folder, encoding: "utf8", env, maxBuffer: 2 ** 28 });
}

/** Moves a control by one step, or to the next choice. */
export async function move(page: Page, id: string): Promise<void> {
  const control = page.locator(`#${id}`);
  if ((await control.evaluate((each) => each.tagName)) === "SELECT") {
    const texts = await control.locator("option:not([disabled])").allTextContents();
    const now = await control.inputValue();
    await control.selectOption(texts[(texts.indexOf(now) + 1) % texts.length]!);
  } else {
    const [value, max] = await control.evaluate((each) => [
      (each as HTMLInputElement).value,
      (each as HTMLInputElement).max,
    ]);
    await control.press(value === max ? "ArrowLeft" : "ArrowRight");
  }
  await settled(page);
}
