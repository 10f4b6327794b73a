import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAIN } from "../cli/run.ts";
import { need, pythonWith } from "./interpreters.ts";

const root = new URL("../../../", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "ecotile-python-"));
const env = { ...process.env, ECOTILE: `${process.execPath} ${MAIN}`, PYTHONPATH: join(root, "python") };
const python = pythonWith();
const withOptuna = pythonWith("optuna");
const withPlots = pythonWith("matplotlib");
const run = (program: string | undefined, ...args: readonly string[]) =>
  spawnSync(program!, args, { cwd: root, env, encoding: "utf8" });

let small: string | null = null;
/** Folder of a search of examples/python/small-study.yaml. */
function smallRun(): string {
  if (small !== null) return small;
  small = join(folder, "run");
  const study = "examples/python/small-study.yaml";
  expect(run(process.execPath, MAIN, "search", study, "--out", small, "--quiet").status).toBe(0);
  return small;
}

describe.skipIf(!need(python, "python3"))("the Python client", () => {
  it("has the numbers and the trials of the command line, and loses nothing when either side is killed", () => {
    const { status, stderr } = run(python, "-W", "error", "-m", "unittest", "discover", "python/tests");
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^Ran [6-9] tests/m);
  }, 120_000);

  it("is built without a network, by its own folder", () => {
    const build = "import ecotile_build as b, sys; b.build_wheel(sys.argv[1]); b.build_sdist(sys.argv[1])";
    const path = { PYTHONPATH: join(root, "python/build_backend") };
    expect(spawnSync(python!, ["-c", build, folder], { env: { ...env, ...path } }).status).toBe(0);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
    const { version } = JSON.parse(run(process.execPath, "-p", "JSON.stringify(require('./package.json'))").stdout) as {
      readonly version: string;
    };
    expect(wheel).toBe(`ecotile-${version}-py3-none-any.whl`);
    const use = "import ecotile; print(ecotile.__version__, ecotile.__file__)";
    const used = spawnSync(python!, ["-c", use], {
      env: { ...env, PYTHONPATH: join(folder, wheel!) },
      encoding: "utf8",
    });
    expect(used.stdout).toMatch(new RegExp(`^${version.replaceAll(".", "\\.")} ${folder}`));
  });

  it("drives an objective of Python, from the beginning and from a journal", () => {
    const journal = join(folder, "journal.jsonl");
    const first = run(python, "examples/python/ecotile_drives_python.py", journal);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^trial \d+: error 0\.267, [\d.]+ kgCO2e/m);
    expect(run(python, "examples/python/ecotile_drives_python.py", journal).stdout).toBe(first.stdout);
    rmSync(journal);
  }, 180_000);

  it.skipIf(!need(withOptuna, "optuna (Debian: python3-optuna)"))(
    "is driven by Optuna, with the numbers of the command line",
    () => {
      const { status, stdout, stderr } = run(withOptuna, "examples/python/optuna_drives_ecotile.py", "30");
      expect(status, stderr).toBe(0);
      const [, latency, carbon, rows, cols, buffer, clock] =
        /: ([\d.e-]+) s, ([\d.e-]+) kgCO2e, \{'log2_rows': (\d+), 'log2_cols': (\d+), 'localBuffer': '([^']+)', 'clock_MHz': (\d+)\}/.exec(
          stdout,
        )!;
      const settings = [
        ...["--set", `array.rows=${2 ** Number(rows)}`, "--set", `array.cols=${2 ** Number(cols)}`],
        ...["--set", `localBuffer.size=${buffer}`, "--set", `clock=${clock} MHz`],
      ];
      const simulated = run(
        process.execPath,
        MAIN,
        "simulate",
        "bert-mini",
        "catransformers-22nm",
        ...settings,
        "--json",
      );
      const numbers = JSON.parse(simulated.stdout) as Readonly<Record<string, number>>;
      expect([Number(latency), Number(carbon)]).toEqual([numbers["latency_s"], numbers["carbon_total_kgCO2e"]]);
    },
    120_000,
  );

  it.skipIf(!need(withOptuna, "optuna (Debian: python3-optuna)"))(
    "exchanges trials with Optuna",
    () => {
      const script = "examples/python/optuna_trials.py";
      const trials = join(folder, "exchanged");
      const study = "examples/python/small-study.yaml";
      expect(run(process.execPath, MAIN, "search", study, "--out", trials, "--quiet").status).toBe(0);
      const database = join(folder, "trials.db");
      const exported = run(withOptuna, script, "export", trials, database);
      expect([exported.status, exported.stdout], exported.stderr).toEqual([0, `${database}: 24 trials of small\n`]);
      const read = run(python, script, "import", database, "small").stdout.trimEnd().split("\n");
      const stored = JSON.parse(run(process.execPath, MAIN, "report", trials, "--all", "--format", "json").stdout) as {
        readonly trials: readonly { readonly trial: number; readonly point: unknown }[];
      };
      expect(read.map((line) => JSON.parse(line) as unknown)).toEqual(
        stored.trials.map(({ trial, point }) => ({ id: trial, point })),
      );
      const front = `import optuna; s = optuna.load_study(study_name="small", storage="sqlite:///${database}"); print(sorted(t.number for t in s.best_trials))`;
      const record = JSON.parse(readFileSync(join(trials, "front.json"), "utf8")) as {
        readonly front: readonly { readonly trial: number }[];
      };
      const best = JSON.parse(run(withOptuna, "-c", front).stdout) as unknown;
      expect(best).toEqual(record.front.map(({ trial }) => trial).sort((a, b) => a - b));
      expect(run(python, script, "import", database, "other").stderr).toMatch(/has no study other; it has: small/);
    },
    120_000,
  );

  it.skipIf(!need(withPlots, "matplotlib (Debian: python3-matplotlib)"))(
    "draws a front",
    () => {
      const file = join(folder, "front.png");
      const drawn = run(
        withPlots,
        "examples/python/plot_front.py",
        smallRun(),
        "latency_s",
        "carbon_total_kgCO2e",
        file,
      );
      expect([drawn.status, drawn.stdout], drawn.stderr).toEqual([0, expect.stringMatching(/front\.png: \d+ designs/)]);
    },
    180_000,
  );
});
