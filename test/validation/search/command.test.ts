import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import {
  frontFiles,
  MOST_TO_END_MS,
  repository,
  runCli as runPlain,
  smallStudy,
  startCli,
  type Running,
} from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-command-search-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);
copyFileSync(join(repository, "test/fixtures/search/accuracy-program.mjs"), folder("program.mjs"));

/** Searches with one thread, unless they say how many: a second one takes as long to load as such a search. */
const runCli = (...args: readonly string[]) =>
  runPlain(...args, ...(args[0] !== "search" || args.includes("--workers") ? [] : ["--workers", "1"]));

/** The small study, its accuracy asked of a program beside it. */
function studyOf(
  name: string,
  mode: string,
  settings = "",
  search = "trials: 48, batch: 8",
  strategy = "nsga2",
): string {
  const path = folder(`${name}.yaml`);
  const command = `command: [node, program.mjs, ${mode}, ${name}.log]`;
  const text = readFileSync(smallStudy, "utf8")
    .replace(
      "accuracy: { metric: imagenet-1k }",
      `accuracy: { evaluator: command, metric: mine, ${command}${settings} }`,
    )
    .replace("strategy: nsga2, seed: 3, trials: 96, batch: 12", `strategy: ${strategy}, seed: 3, ${search}`);
  writeFileSync(path, text);
  return path;
}
const asked = (name: string): readonly string[] =>
  existsSync(folder(`${name}.log`))
    ? readFileSync(folder(`${name}.log`), "utf8")
        .trim()
        .split("\n")
    : [];

/** Waits until a running search has asked for so many accuracies; one that ends before fails the test. */
async function untilAsked({ child }: Running, name: string, count: number): Promise<void> {
  while (asked(name).length < count) {
    expect(child.exitCode).toBe(null);
    await sleep(20);
  }
}

interface Front {
  readonly front: readonly {
    readonly point: Readonly<Record<string, number>>;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
  readonly accuracyOrigin: string;
  readonly violations: readonly { readonly constraint: string; readonly trialCount: number }[];
}
const read = (name: string): Front => JSON.parse(readFileSync(join(folder(name), "front.json"), "utf8")) as Front;

test.each(["exact", "nsga2", "nsga3", "random", "bayesian"])(
  "strategy %s takes its accuracies from the program, each model once",
  async (strategy) => {
    const study = studyOf(strategy, "plain", ", parallel: 2");
    const { code, stderr, stdout } = await runCli("search", study, "--strategy", strategy, "--out", folder(strategy));
    expect(stderr).not.toContain("bug");
    expect(code).toBe(0);
    expect(stdout).toContain("intervals as the command gives them");
    const { front, accuracyOrigin } = read(strategy);
    expect(accuracyOrigin).toBe(`command, mine, node program.mjs plain ${strategy}.log`);
    for (const { point, metrics } of front) {
      const accuracy = 0.5 + point["model.vision.layers"]! / 40 + point["model.vision.ffn"]! / 40000;
      expect(metrics.accuracy).toBeCloseTo(accuracy, 6);
      expect(metrics.accuracy_high).toBeCloseTo(accuracy + 0.01, 6);
    }
    expect(new Set(asked(strategy)).size).toBe(asked(strategy).length);
  },
);

test("the front of exact is that of trying every design, with one program or three", async () => {
  const study = studyOf("whole", "plain", ", parallel: 3", "trials: 1080, batch: 90");
  const options = ["--strategy", "random", "--out", folder("whole"), "--workers", "2"];
  expect((await runCli("search", study, ...options)).code).toBe(0);
  const keys = (name: string): readonly string[] =>
    read(name)
      .front.map(({ point }) => JSON.stringify(point))
      .sort();
  expect(keys("exact")).toEqual(keys("whole"));
});

test("a program that crashes once is started again", async () => {
  const study = studyOf("once", "crash-once");
  const { code } = await runCli("search", study, "--out", folder("once"));
  expect(code).toBe(0);
  expect(
    read("once")
      .violations.map(({ constraint }) => constraint)
      .join(),
  ).not.toContain("accuracy");
});

test.each([
  ["crash", ", retries: 1", "ended with exit code 7"],
  ["garbage", ", retries: 0", 'the program wrote "loss 0.31", but a reply must be one JSON object'],
  ["hang", ", retries: 0, timeout: 200 ms, parallel: 4", "no reply within 0.2 s"],
])("a program that always fails (%s): exit 2 and how to go on", async (mode, settings, message) => {
  const study = studyOf(mode, mode, settings);
  const { code, stderr } = await runCli("search", study, "--out", folder(mode));
  expect(stderr).toContain(message);
  expect(stderr).toContain(`Continue with: ecotile search ${study} --out ${folder(mode)} --resume`);
  expect(code).toBe(2);
});

test("a program that does not exist: exit 2", async () => {
  const study = studyOf("missing", "plain");
  writeFileSync(study, readFileSync(study, "utf8").replace("[node, program.mjs", "[no-such-program, program.mjs"));
  const { code, stderr } = await runCli("search", study, "--out", folder("missing"));
  expect(stderr).toContain("cannot start no-such-program");
  expect(code).toBe(2);
});

test.each([
  ["refuse-four", "accuracy: the program refused: too shallow"],
  ["hang-at-four", "accuracy: no reply within 0.3 s"],
])("models without an accuracy are ruled out with the reason (%s), the others searched", async (mode, reason) => {
  const study = studyOf(mode, mode, mode === "hang-at-four" ? ", timeout: 300 ms, retries: 0" : "");
  const { code, stderr } = await runCli("search", study, "--strategy", "random", "--out", folder(mode));
  expect(stderr).not.toContain("bug");
  expect(code).toBe(0);
  const { front, violations } = read(mode);
  expect(front.every(({ point }) => point["model.vision.layers"]! > 4)).toBe(true);
  expect(violations.find(({ constraint }) => constraint === reason)?.trialCount).toBeGreaterThan(0);
});

test.each(["random", "nsga2"])(
  "models that the program failed on are named at the end, and asked for again by --retry-failed (%s)",
  async (strategy) => {
    const name = `retried-${strategy}`;
    const study = studyOf(name, "crash-at-four", ", retries: 0");
    const search = (...more: readonly string[]) =>
      runCli("search", study, "--strategy", strategy, "--out", folder(name), ...more);
    const first = await search();
    expect(first.code).toBe(0);
    const line = /The accuracy command failed for \d models? \(\d+ designs?\), first with: .*exit code 7/;
    expect(first.stderr).toMatch(line);
    expect(first.stderr).toContain(`Ask again: ecotile search ${study} --out ${folder(name)} --retry-failed`);
    expect(readFileSync(join(folder(name), "report.html"), "utf8")).toMatch(line);
    // Going on leaves them as they are, and says so again.
    const resumed = await search("--resume");
    expect(resumed.stderr).toMatch(line);
    const before = asked(name);
    writeFileSync(folder(`${name}.log.mended`), "");
    const retried = await search("--retry-failed");
    expect(retried.code).toBe(0);
    expect(retried.stderr).toMatch(/The accuracy command is asked again, from trial \d+ on/);
    expect(retried.stderr).not.toMatch(line);
    const known = before.filter((model) => !model.startsWith("4/"));
    const again = asked(name).slice(before.length);
    expect(again.some((model) => model.startsWith("4/"))).toBe(true);
    expect(again.filter((model) => known.includes(model))).toEqual([]);
    const retriedFiles = frontFiles(folder(name));
    rmSync(folder(name), { recursive: true });
    expect((await search()).stderr).not.toMatch(line);
    expect(retriedFiles).toEqual(frontFiles(folder(name)));
    expect((await search("--retry-failed")).stderr).toContain("The accuracy command has failed for no design");
  },
);

test("a run that was killed asks for no model again, and ends with the same bytes", async () => {
  const study = studyOf("killed", "slow");
  const running = startCli(["search", study, "--out", folder("killed")]);
  await untilAsked(running, "killed", 5);
  running.child.kill("SIGKILL");
  await running.ended;
  const before = asked("killed");
  // The study of the run's folder knows where the program is.
  const resolved = join(folder("killed"), "study.yaml");
  const resumed = await runCli("search", resolved, "--out", folder("killed"), "--resume", "--workers", "2");
  expect(resumed.code).toBe(0);
  // What was asked for when it was killed has no answer yet.
  const again = asked("killed")
    .slice(before.length)
    .filter((model) => before.slice(0, -1).includes(model));
  expect(again).toEqual([]);
  const whole = await runCli("search", study, "--out", folder("undisturbed"));
  expect(whole.code).toBe(0);
  expect(frontFiles(folder("killed"))).toEqual(frontFiles(folder("undisturbed")));
});

test("bayesian screens candidates at lower fidelities, each once, also where it is killed; other strategies say that they do not", async () => {
  const settings = ", fidelity: [10 %, 100 %]";
  const study = studyOf("screened", "slow", settings, "trials: 5, batch: 2", "bayesian");
  const running = startCli(["search", study, "--out", folder("screened")]);
  await untilAsked(running, "screened", 7);
  running.child.kill("SIGKILL");
  await running.ended;
  const before = asked("screened").slice(0, -1);
  expect((await runCli("search", study, "--out", folder("screened"), "--resume")).code).toBe(0);
  const after = asked("screened").slice(before.length + 1);
  expect(after.filter((model) => before.includes(model))).toEqual([]);
  const all = [...new Set([...before, ...after])];
  const low = all.filter((model) => model.endsWith("@0.1"));
  const full = all.filter((model) => model.endsWith("@1"));
  expect([low.length + full.length, full.length]).toEqual([all.length, 5]);
  expect(low.length).toBeGreaterThan(full.length);
  const baseline = "12/1536@1";
  for (const model of full) if (model !== baseline) expect(low).toContain(model.replace("@1", "@0.1"));
  expect(read("screened").accuracyOrigin).toMatch(/, fidelity 1, screened at 0.1$/);
  const [unkilled, other] = await Promise.all([
    runCli("search", study, "--out", folder("unkilled")),
    runCli("search", study, "--strategy", "random", "--out", folder("unscreened")),
  ]);
  expect(unkilled.code).toBe(0);
  expect(frontFiles(folder("unkilled"))).toEqual(frontFiles(folder("screened")));
  expect(other.stderr).toContain("Nothing is screened at lower fidelities: random asks at the last one alone.");
  expect(read("unscreened").accuracyOrigin).toMatch(/, fidelity 1$/);
}, 180_000);

test("Ctrl-C ends search and program at once", async () => {
  const study = studyOf("interrupted", "hang");
  const running = startCli(["search", study, "--out", folder("interrupted")]);
  await untilAsked(running, "interrupted", 1);
  const started = performance.now();
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  expect(performance.now() - started).toBeLessThan(MOST_TO_END_MS);
  expect(code).toBe(130);
  expect(stderr).toContain("Interrupted");
});
