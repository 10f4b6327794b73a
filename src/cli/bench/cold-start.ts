import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundledWorker, packageRoot } from "../../package-root.ts";
import { writeFileWhole } from "../../study/output-file.ts";
import { designContext } from "../../worker/index.ts";
import { publishedStudy } from "./problems.ts";
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

const THREADS = 4;
/** Starts threads of a module side by side, each of which ends when it is loaded, and says what they took. */
const START_THREADS = `
import { Worker } from "node:worker_threads";
import { once } from "node:events";
import { writeSync } from "node:fs";
const [file, data] = process.argv.slice(1);
const { default: workerData } = await import(data, { with: { type: "json" } });
const before = [process.cpuUsage(), process.memoryUsage().rss];
const threads = Array.from({ length: ${THREADS} }, () => new Worker(new URL(file), { workerData, execArgv: [] }));
await Promise.all(threads.map((thread) => once(thread, "exit")));
const { user, system } = process.cpuUsage(before[0]);
writeSync(${SAID}, JSON.stringify([user + system, 1024 * process.resourceUsage().maxRSS - before[1]]));
`;

/** CPU time (ms) and memory (MB) that one thread of a design farm takes until it waits for its first design. */
function threadStart(node: string): { readonly cpu: number; readonly memory: number } {
  const folder = mkdtempSync(join(tmpdir(), "ecotile-threads-"));
  const data = join(folder, "data.json");
  writeFileWhole(data, JSON.stringify(designContext(publishedStudy())));
  const samples = Array.from({ length: 5 }, () => {
    const file = bundledWorker("worker/evaluate-worker.js").href;
    const args = ["--input-type=module", "-e", START_THREADS, file, pathToFileURL(data).href];
    const { status, output, stderr } = spawnSync(node, args, {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`threads cannot be started: ${stderr}`);
    return JSON.parse(output[SAID]!) as readonly [number, number];
  });
  rmSync(folder, { recursive: true });
  return {
    cpu: median(samples.map(([micros]) => micros)) / 1000 / THREADS,
    memory: median(samples.map(([, bytes]) => bytes)) / 1e6 / THREADS,
  };
}

/** CPU of a start as a multiple of what Node takes to do nothing. @param node which Node is started */
export function coldStart(node: string = process.execPath): readonly string[] {
  const { bare, commands } = startCosts(20, node);
  const each = Object.entries(commands).map(
    ([start, cost]) => `${start} ${cost.toFixed(0)} ms, ${(cost / bare).toFixed(2)} x`,
  );
  const { cpu, memory } = threadStart(node);
  return [
    `Cold start, CPU, median of 20: Node alone ${bare.toFixed(0)} ms; ${each.join("; ")}`,
    `Start of a worker thread: CPU ${cpu.toFixed(0)} ms, ${memory.toFixed(1)} MB`,
  ];
}
