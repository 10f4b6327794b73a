import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, expect } from "vitest";
import { runCli, startCli } from "../validation/search/cli.ts";
import { CHROMIUM, test_ } from "./page.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-watch-page-"));
afterAll(() => rmSync(directory, { recursive: true }));

const search = (out: string, ...more: readonly string[]): string[] => [
  ...["search", "examples/clip-vit-b16.yaml", "--strategy", "random", "--seed", "3", "--workers", "1"],
  ...["--out", join(directory, out), ...more],
];

test_(
  "the report grows while the search goes on, keeps the hash of its address, and has no token in it",
  async () => {
    const run = startCli(search("watched", "--watch"));
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      run.child.stderr!.on("data", (piece: Buffer) => {
        text += piece.toString();
        const found = /Watch it: (\S+)/.exec(text);
        if (found !== null) resolve(found[1]!);
      });
      run.child.on("close", () => reject(new Error(text)));
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ["--no-sandbox"] });
    try {
      const page = await browser.newPage();
      const messages: string[] = [];
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(error.message));
      const asked: string[] = [];
      page.on("request", (each) => asked.push(each.url()));
      await page.goto(`${url}#pick=baseline`);
      const found = async (): Promise<number> => Number(await page.getAttribute("meta[name=ecotile-found]", "content"));
      await page.waitForSelector("#front-table tbody tr", { timeout: 60_000 });
      const first = await found();
      expect(await page.textContent("#watch")).toMatch(/The search goes on: \d+ designs tried so far/);
      await page.waitForFunction(
        (before) => Number(document.querySelector("meta[name=ecotile-found]")?.getAttribute("content")) > before,
        first,
        { timeout: 60_000 },
      );
      await page.waitForSelector("#front-table tbody tr");
      expect(await found()).toBeGreaterThan(first);
      expect(page.url()).not.toContain("token");
      expect(page.url()).toMatch(/#pick=baseline$/);
      expect(messages).toEqual([]);
      const own = new URL(url).origin;
      expect(asked.filter((each) => !each.startsWith("data:") && new URL(each).origin !== own)).toEqual([]);
      expect(await page.evaluate(() => document.cookie)).toBe("");
    } finally {
      await browser.close();
      run.child.kill("SIGINT");
    }
    const { code } = await run.ended;
    expect(code).toBe(130);
  },
  180_000,
);

test_(
  "a search that is watched has the bytes of one that is not",
  async () => {
    const run = startCli(["search", "test/fixtures/search/small.yaml", "--out", join(directory, "seen"), "--watch"]);
    expect((await run.ended).code).toBe(0);
    expect((await runCli("search", "test/fixtures/search/small.yaml", "--out", join(directory, "unseen"))).code).toBe(
      0,
    );
    for (const name of ["front.csv", "front.json", "report.html"])
      expect(readFileSync(join(directory, "seen", name)).equals(readFileSync(join(directory, "unseen", name)))).toBe(
        true,
      );
  },
  180_000,
);
