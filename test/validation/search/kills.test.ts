import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import type { Trial } from "../../../src/search/index.ts";
import { readSqliteStore } from "../../../src/store/index.ts";
import { frontFiles, runCli, smallStudy, startCli, type Running } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-kills-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);

const KILLS = 20;
const TRIALS = 600;
const study = folder("study.yaml");
writeFileSync(study, readFileSync(smallStudy, "utf8").replace("trials: 96, batch: 12", `trials: ${TRIALS}, batch: 12`));

const trialsIn = (name: string): readonly Trial[] => {
  const file = join(folder(name), "trials.db");
  try {
    return existsSync(file) ? readSqliteStore(file).trials : [];
  } catch {
    // Not made to the end yet.
    return [];
  }
};

/** Waits until more than so many trials are stored. @returns false: the search has ended before */
async function hasStoredMore(name: string, than: number, { child }: Running): Promise<boolean> {
  while (trialsIn(name).length <= than) {
    if (child.exitCode !== null) return false;
    await sleep(3);
  }
  return child.exitCode === null;
}

test("20 kills at random moments, each after a newly stored trial and before the end: nothing is lost, the same bytes", async () => {
  const random = createRandom(5);
  let kept: readonly Trial[] = [];
  let kills = 0;
  while (kills < KILLS) {
    const resume = kills === 0 ? [] : ["--resume"];
    const workers = String(1 + (kills % 2));
    const running = startCli(["search", study, "--out", folder("killed"), "--workers", workers, ...resume]);
    expect(await hasStoredMore("killed", kept.length + random.below(12), running)).toBe(true);
    await sleep(random.below(10));
    running.child.kill("SIGKILL");
    expect((await running.ended).code).toBe(null);
    const stored = trialsIn("killed");
    expect(stored.length).toBeGreaterThan(kept.length);
    expect(stored.length).toBeLessThan(TRIALS);
    // Whatever was stored before is there, unchanged.
    const byNumber = new Map(stored.map((trial) => [trial.number, trial]));
    for (const trial of kept) expect(byNumber.get(trial.number)).toEqual(trial);
    kept = stored;
    kills += 1;
  }
  console.log(`${kills} kills, the last with ${kept.length} of ${TRIALS} trials stored`);
  expect((await runCli("search", study, "--out", folder("killed"), "--resume")).code).toBe(0);
  expect((await runCli("search", study, "--out", folder("whole"))).code).toBe(0);
  expect(frontFiles(folder("killed"))).toEqual(frontFiles(folder("whole")));
  expect(trialsIn("killed")).toEqual(trialsIn("whole"));
}, 240_000);
