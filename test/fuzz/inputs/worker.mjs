// Feeds cases one after the other, and tells what it finds. See run.mjs.
import { parentPort, workerData } from "node:worker_threads";
import { KINDS, Nonsense } from "./kinds.mjs";

const built = (path) => import(new URL(`../../../dist/src/${path}`, import.meta.url).href);
const { failureOf } = await built("cli/failure.js");
const { EXIT_INPUT, SpecError } = await built("errors/index.js");
const { createRandom } = await built("random/index.js");

const { next, end, seed, kept, scratch, shared } = workerData;
const at = new Int32Array(shared);
const names = Object.keys(KINDS);

const MOST_TEXT = 60_000;
/** Problems of a file that have no line: they are of the file as a whole. */
const WITHOUT_LINE =
  /^(spec\/(empty-file|unreadable-file|too-large|not-utf8|unknown-preset|bad-grid-hours)|csv\/unreadable)$/;
const OF_FILES = ["model", "hardware", "study", "gemm", "accuracy", "hours"];

/** What is wrong with how the program refuses an input; undefined: nothing. */
function faultOf(kind, error) {
  if (error instanceof Nonsense) return error.message;
  const { code, text } = failureOf(error);
  if (code !== EXIT_INPUT)
    return `exit code ${code}: ${String(error?.stack ?? error)
      .split("\n")
      .slice(0, 3)
      .join(" | ")}`;
  if (text.length > MOST_TEXT) return `a message of ${text.length} characters`;
  // What the user has written stands in quotes, or behind the number of its line.
  const own = text.replace(/"[^"]*"/g, "").replace(/\n\s*\d* \|.*/g, "");
  if (/\bundefined\b|\[object |Invalid input|NaN must/.test(own)) return `the message is: ${own.slice(0, 300)}`;
  if (!(error instanceof SpecError) || !OF_FILES.includes(kind)) return undefined;
  const lost = error.problems.find(({ line, code: each }) => line === null && !WITHOUT_LINE.test(each));
  return lost === undefined ? undefined : `a problem without a line: ${lost.code} ${lost.message.slice(0, 200)}`;
}

async function outcomeOf(kind, text, random) {
  try {
    return { outcome: await KINDS[kind].feed(text, scratch, random) };
  } catch (error) {
    const fault = faultOf(kind, error);
    return { outcome: fault === undefined ? "refused" : "FOUND", fault };
  }
}

let counts = {};
function tellCounts() {
  parentPort.postMessage({ counts });
  counts = {};
}

for (let index = next; index < end; index++) {
  at[0] = index;
  const random = createRandom(seed, Math.max(0, index - kept.length), index < kept.length ? 1 : 0);
  const kind = index < kept.length ? kept[index].kind : names[random.below(names.length)];
  const text = index < kept.length ? kept[index].text : KINDS[kind].make(random);
  parentPort.postMessage({ begin: true, at: index, kind, input: text });
  const { outcome, fault } = await outcomeOf(kind, text, random);
  (counts[kind] ??= {})[outcome] = (counts[kind][outcome] ?? 0) + 1;
  if (fault !== undefined) parentPort.postMessage({ finding: true, at: index, kind, what: fault, input: text });
  if (index % 100 === 99) tellCounts();
}
at[0] = end;
tellCounts();
