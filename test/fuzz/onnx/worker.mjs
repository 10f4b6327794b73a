// Feeds cases one after the other, and tells what it finds. See run.mjs.
import { parentPort, workerData } from "node:worker_threads";
import { damagedFile } from "./damage.mjs";

const built = (path) => import(new URL(`../../../dist/src/${path}`, import.meta.url).href);
const { modelYaml } = await built("cli/print-model.js");
const { failureOf } = await built("cli/failure.js");
const { EXIT_INPUT, SpecError } = await built("errors/index.js");
const { readYaml } = await built("spec/index.js");
const { check } = await built("spec/issues.js");
const { modelSchema } = await built("spec/model-schema.js");
const { buildWorkload, totalMacs } = await built("workload/index.js");
const { importOnnx, sourceOfBytes } = await built("workload/onnx.js");

const { next, end, seed, shared } = workerData;
const at = new Int32Array(shared);
const DIMS = new Map(Object.entries({ batch: 1, sequence: 16, past: 8, N: 1 }));
/** What the file does not name is no fault of it. */
const dimsFor = (problems) =>
  new Map([...DIMS].filter(([name]) => !problems.some(({ message }) => message.includes(`"${name}".`))));
/** A model file is read up to this size. */
const MOST_TEXT = 1024 * 1024;

function imported(bytes) {
  try {
    return importOnnx(sourceOfBytes(bytes), { dims: DIMS });
  } catch (error) {
    if (!(error instanceof SpecError) || !error.problems.every(({ code }) => code === "onnx/no-such-dimension"))
      throw error;
    return importOnnx(sourceOfBytes(bytes), { dims: dimsFor(error.problems) });
  }
}

/** @returns how it went, or throws what is wrong */
function outcomeOf(bytes) {
  let model;
  try {
    ({ model } = imported(bytes));
  } catch (error) {
    const { code, text } = failureOf(error);
    if (code !== EXIT_INPUT) throw error;
    if (text.length > 60_000) throw new Error(`a message of ${text.length} characters`, { cause: error });
    if (/\bundefined\b|\bNaN\b|\[object /.test(text.replace(/"[^"]*"/g, "")))
      throw new Error(`the message is: ${text}`, { cause: error });
    return error.problems?.[0]?.code ?? "refused";
  }
  const text = modelYaml(model);
  if (text.length < MOST_TEXT) check(modelSchema, readYaml(text, "model.yaml"));
  const macs = totalMacs(buildWorkload(model, 1));
  if (!(macs >= 0 && Number.isFinite(macs))) throw new Error(`MACs are ${macs}`);
  return "a model";
}

let outcomes = {};
for (let index = next; index < end; index++) {
  at[0] = index;
  try {
    const outcome = outcomeOf(damagedFile(seed, index));
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  } catch (error) {
    const what = String(error?.stack ?? error)
      .split("\n")
      .slice(0, 4)
      .join(" | ");
    parentPort.postMessage({ finding: { at: index, what } });
  }
  if (index % 100 === 99) {
    parentPort.postMessage({ outcomes });
    outcomes = {};
  }
}
parentPort.postMessage({ outcomes });
