/*
 * Damaged lines for `ecotile serve`: requests with values, keys, depths and names changed, their bytes changed, cut and put in, over-long
 * lines. Whatever a line holds, it is answered with one line, a result or an error in words; nothing ends, hangs, or is a bug.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutateText, mutateTree } from "../inputs/mutate.mjs";

const MAIN = fileURLToPath(new URL("../../../dist/bundle/cli/main.js", import.meta.url));
const { createRandom } = await import(new URL("../../../dist/src/random/index.js", import.meta.url).href);

/** An answer that takes longer has hung, ms. */
const MOST_MS = 120_000;
/** Lines that are sent before their answers are there. */
const AHEAD = 50;

const STUDY = {
  ...{ name: "fuzz", model: "bert-tiny", hardware: "catransformers-22nm", objectives: ["min latency", "min carbon"] },
  space: { "array.rows": [8, 16, 32], "array.cols": [8, 16], "localBuffer.size": ["16 KiB", "32 KiB"] },
  search: { strategy: "nsga2", seed: 3, trials: 24, batch: 4, population: 6 },
};
const DESIGNS = [{ "array.rows": 16 }, { "array.cols": 8, "deployment.region": "taiwan", clock: "500 MHz" }];
const REQUESTS = [
  ["hello", {}],
  ["evaluate", { model: "bert-tiny", hardware: "catransformers-22nm", designs: DESIGNS }],
  [
    "evaluate",
    { model: "bert-tiny", hardware: "zigzag-16x16", accuracy: true, deployment: { batch: 2 }, designs: [{}] },
  ],
  ["evaluate", { model: "models/x.yaml", hardware: "./chip.yaml", designs: [{ "deployment.gridHours": "grid.csv" }] }],
  [
    "gemm",
    {
      hardware: "scale-sim",
      shapes: [
        [1, 64, 64, 64],
        [2, 3, 5, 7],
      ],
      objective: "latency",
      effort: "fast",
    },
  ],
  ["open", { study: STUDY, seed: 7 }],
  ["open", { study: { ...STUDY, accuracy: { evaluator: "command", metric: "x", command: ["true"] } } }],
  ["open", { study: STUDY, strategy: "random", objectives: [{ metric: "own", direction: "max" }] }],
  ["ask", { run: "1", count: 3 }],
  ["outcomes", { run: "1", points: [{ "array.rows": 8 }] }],
  ["tell", { run: "1", results: [{ trial: 0, metrics: { latency_s: 1, carbon_total_kgCO2e: 2 } }] }],
  [
    "tell",
    {
      run: "1",
      results: [
        { trial: 1, infeasible: "too hot" },
        { trial: 2, infeasible: { constraint: "x", by: 1 } },
      ],
    },
  ],
  ["front", { run: "1" }],
  ["close", { run: "1" }],
];

/** Bytes of a case, in one line. */
function lineOf(seed, at) {
  const random = createRandom(seed, 1, at);
  const [method, params] = REQUESTS[random.below(REQUESTS.length)];
  const request = { jsonrpc: "2.0", id: at, method, params };
  const choice = random.below(100);
  // Those that are as they should be open and close the runs that the others speak of.
  if (choice < 10) return Buffer.from(JSON.stringify(request));
  if (choice < 60) return Buffer.from(JSON.stringify(mutateTree(random, request)) ?? "");
  if (choice < 62) return Buffer.from(`${"[".repeat(random.below(100_000))}${JSON.stringify(request)}`);
  if (choice < 64) return Buffer.from(JSON.stringify({ ...request, id: "x".repeat(random.below(200_000)) }));
  const text = mutateText(random, JSON.stringify(choice < 80 ? request : mutateTree(random, request)));
  const bytes = Buffer.from(text.replaceAll("\n", " "));
  for (let count = random.below(4); count > 0 && bytes.length > 0; count -= 1) {
    const byte = random.below(256);
    bytes[random.below(bytes.length)] = byte === 10 ? 13 : byte;
  }
  return bytes;
}

/** What is wrong with an answer; null: nothing. */
function faultOf(answer) {
  let value;
  try {
    value = JSON.parse(answer);
  } catch {
    return "the answer is no JSON";
  }
  if (value.jsonrpc !== "2.0" || !("id" in value)) return "the answer is no answer of JSON-RPC";
  if ("result" in value === "error" in value) return "the answer has not one of result and error";
  if (value.error?.code === -32603) return `a bug: ${value.error.message}`;
  if ("error" in value && (typeof value.error.message !== "string" || value.error.message === "")) return "no words";
  return null;
}

/**
 * Sends `cases` lines of a seed from number `first` on; prints a line for each finding. See scripts/fuzz.mjs.
 *
 * @returns the number of findings
 */
export async function fuzz({ cases, seed, first }) {
  const folder = mkdtempSync(join(tmpdir(), "ecotile-fuzz-serve-"));
  const counts = { results: 0, errors: 0 };
  let findings = 0;
  const tell = (at, what) => {
    findings += 1;
    console.log(`FOUND ${what}\n  replay: npm run fuzz -- serve --seed ${seed} --first ${at} --cases 1`);
  };
  try {
    let next = first;
    while (next < first + cases) next = await runFrom({ next, end: first + cases, seed, folder, counts, tell });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(
    `${cases} lines of seed ${seed}: ${findings} findings\n  ${counts.results} results, ${counts.errors} errors`,
  );
  return findings;
}

/** One process until it is through, hangs or ends. @returns the case with which the next one begins */
function runFrom({ next, end, seed, folder, counts, tell }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, "serve", "--allow-files", folder], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    let sent = next;
    let answered = next;
    let rest = "";
    let stderr = "";
    let isHung = false;
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        isHung = true;
        child.kill("SIGKILL");
      }, MOST_MS);
    };
    const send = () => {
      while (sent < end && sent - answered < AHEAD) {
        child.stdin.write(Buffer.concat([lineOf(seed, sent), Buffer.from("\n")]));
        sent += 1;
      }
      if (answered === end) child.stdin.end();
    };
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const fault = faultOf(line);
        if (fault !== null) tell(answered, fault);
        counts[line.includes('"error":') ? "errors" : "results"] += 1;
        answered += 1;
      }
      watch();
      send();
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (isHung) tell(answered, `no answer within ${MOST_MS / 1000} s`);
      else if (answered < end) tell(answered, `it ended with ${code}: ${stderr.slice(-400)}`);
      else if (answered > end) tell(end - 1, `${answered - end} answers too many`);
      else if (code !== 0 || stderr !== "") tell(end - 1, `at its end: code ${code}, ${stderr.slice(-400)}`);
      resolve(answered < end ? answered + 1 : end);
    });
    watch();
    send();
  });
}
