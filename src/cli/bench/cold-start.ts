import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../package-root.ts";
import { writeFileWhole } from "../../study/output-file.ts";
import { median } from "./statistics.ts";

/** Starts of the command line that are measured. */
const STARTS = {
  "--help": ["--help"],
  presets: ["presets"],
  gemm: ["gemm", "catransformers-22nm", "--shape", "1,197,768,768", "--json"],
} as const;
type Start = keyof typeof STARTS;

/** The descriptor on which a started process says what it took. */
const SAID = 3;
/** All threads of the process are in it: those that compile and those that collect garbage. */
const SAY = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeSync(${SAID}, String(user + system));
});
`;

interface StartCosts {
  /** CPU time of Node that does nothing, ms. */
  readonly bare: number;
  /** CPU time of each command, ms. */
  readonly commands: Readonly<Record<Start, number>>;
}

/**
 * CPU time of starts in new processes, ms: user and system, of all threads. They take turns, so that what else the machine does falls on all.
 *
 * @param node which Node is started
 */
function startCosts(samples: number, node: string): StartCosts {
  const folder = mkdtempSync(join(tmpdir(), "ecotile-start-"));
  const hook = join(folder, "say.cjs");
  writeFileWhole(hook, SAY);
  const main = fileURLToPath(new URL("dist/bundle/cli/main.js", packageRoot));
  const cost = (...args: readonly string[]): number => {
    const { status, output } = spawnSync(node, ["--require", hook, ...args], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${node} ${args.join(" ")} ended with ${String(status)}`);
    return Number(output[SAID]) / 1000;
  };
  const bare: number[] = [];
  const commands: Record<Start, number[]> = { "--help": [], presets: [], gemm: [] };
  const starts = Object.keys(STARTS) as Start[];
  try {
    for (let i = 0; i < samples; i++) {
      bare.push(cost("-e", "0"));
      for (const start of starts) commands[start].push(cost(main, ...STARTS[start]));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const entries = starts.map((start) => [start, median(commands[start])] as const);
  return { bare: median(bare), commands: Object.fromEntries(entries) as Record<Start, number> };
}

/** CPU of a start as a multiple of what Node takes to do nothing. @param node which Node is started */
export function coldStart(node: string = process.execPath): readonly string[] {
  const { bare, commands } = startCosts(20, node);
  const each = Object.entries(commands).map(
    ([start, cost]) => `${start} ${cost.toFixed(0)} ms, ${(cost / bare).toFixed(2)} x`,
  );
  return [`Cold start, CPU, median of 20: Node alone ${bare.toFixed(0)} ms; ${each.join("; ")}`];
}
