import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArrayCase } from "./fold-times.ts";

/** One GEMM on one array; `seed` draws the operands. */
export interface RtlCase extends ArrayCase {
  readonly seed: number;
}

/** Departures from the hardware that README.md describes; they serve to show what the bench notices. */
export interface RtlVariant {
  /** The sequencer starts each fold so many cycles before its rule allows it. */
  readonly hurry?: number;
  /** Overlap of weights: the next load starts with the present stream, not as soon as registers are free. */
  readonly lateLoad?: boolean;
}

export interface RtlResult {
  readonly cycles: number;
  readonly productIsRight: boolean;
  /** Rules that the hardware or the bench saw broken; any makes the product wrong as far as a test is concerned. */
  readonly faults: number;
  /** Output-stationary, drain by shadow: most results that left one column in one cycle. */
  readonly peakResultsPerColumn: number;
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const timeLimit = 120_000;
const overlaps = { none: 0, weights: 1, folds: 2 } as const;

/** Null where Icarus Verilog is installed, else why not. */
export function missingTool(): string | null {
  for (const tool of ["iverilog", "vvp"]) {
    try {
      execFileSync(tool, ["-V"], { stdio: "ignore" });
    } catch {
      return `${tool} (Icarus Verilog) cannot be run`;
    }
  }
  return null;
}

export function runRtl(problem: RtlCase, variant: RtlVariant = {}): RtlResult {
  const holdsOutputs = problem.dataflow === "output-stationary";
  const program = compile(holdsOutputs ? "output" : "held", problem.rows, problem.cols);
  const values: Record<string, number> = {
    m: problem.m,
    n: problem.n,
    k: problem.k,
    seed: problem.seed,
    overlap: overlaps[problem.overlap],
    padded: problem.skew === "full-array" ? 1 : 0,
    shift: problem.drain === "shift" ? 1 : 0,
    swap: problem.dataflow === "input-stationary" ? 1 : 0,
    hurry: variant.hurry ?? 0,
    late: variant.lateLoad === true ? 1 : 0,
  };
  const plusargs = Object.entries(values).map(([name, value]) => `+${name}=${value}`);
  const output = execFileSync("vvp", ["-n", program, ...plusargs], { encoding: "utf8", timeout: timeLimit });
  const found = /RESULT cycles=(-?\d+) wrong=(\d+) faults=(\d+) peak=(\d+)/.exec(output);
  if (found === null) throw new Error(`vvp printed no result for ${plusargs.join(" ")}:\n${output}`);
  const [cycles, wrong, faults, peak] = found.slice(1).map(Number) as [number, number, number, number];
  return { cycles, productIsRight: wrong === 0 && faults === 0, faults, peakResultsPerColumn: peak };
}

let programs: string | null = null;
const compiled = new Map<string, string>();

/** One program per kind of array and size; everything else is a plusarg. */
function compile(kind: "held" | "output", rows: number, cols: number): string {
  const name = `${kind}-${rows}x${cols}.vvp`;
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const target = join(programFolder(), name);
  const bench = `${kind}_bench`;
  const sources = [bench, `${kind}_array`, `${kind}_pe`].map((module) => join(folder, `${module}.v`));
  const parameters = [`-P${bench}.R=${rows}`, `-P${bench}.C=${cols}`];
  execFileSync("iverilog", ["-g2012", "-I", folder, "-s", bench, ...parameters, "-o", target, ...sources], {
    encoding: "utf8",
    timeout: timeLimit,
  });
  compiled.set(name, target);
  return target;
}

function programFolder(): string {
  programs ??= mkdtempSync(join(tmpdir(), "ecotile-rtl-"));
  return programs;
}

/** To be called when all is run: deletes the compiled programs. */
export function removePrograms(): void {
  if (programs !== null) rmSync(programs, { recursive: true, force: true });
  programs = null;
  compiled.clear();
}
