import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { onnxBytes, type GraphSpec, type NodeSpec } from "../unit/workload/onnx/write.ts";
import { ecotile, scratch, scratchFile, settings } from "../unit/cli/run.ts";

// Exact texts of the command line. After a wanted change: ECOTILE_BLESS=1 npx vitest run test/errors, then read the diff.

const SIMULATE = ["simulate", "clip-vit-b16", "catransformers-22nm"];
const ABSENT = ["gemm", "scale-sim", "--input"];
const misspelt = scratchFile("misspelt.yaml", "name: mine\nclock: 625\narray: { rows: -4, cols: 8, dataflows: x }\n");
const direct = readFileSync(new URL("../../presets/hardware/gaudi-2.yaml", import.meta.url), "utf8");
const arrays = scratchFile("arrays.yaml", direct.replace(/^cores:/m, "arraysPerCore: 2\ncores:"));
const rows = scratchFile("rows.csv", "m,n,k,shared_b\n0,4,4,0\n4,4,4\n4,4,4,0\n");
const values = scratchFile("values.csv", "m,n,k,shared_b\n0,4,4,2\n4,x,,1\n");

const config = JSON.stringify({
  ...{ model_type: "gpt2", n_embd: 2_000_000, n_layer: 2, n_head: 2, n_positions: 1024, vocab_size: 99_000_000 },
});
const rope = JSON.stringify({
  ...{ model_type: "llama", hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128 },
  ...{ vocab_size: 100, max_position_embeddings: 64, rope_scaling: { type: ["a"] } },
});

const CONFIGURATION =
  "[architecture_presets]\nArrayHeight: x\nArrayWidth: 4\nIfmapSramSzkB: 1\nFilterSramSzkB: 1\nOfmapSramSzkB: 1\nDataflow: rs\n";
const peers = (file: string): string => `test/fixtures/peers/${file}`;

const onnx = (name: string, more: Partial<GraphSpec>): readonly string[] => {
  const plain = { inputs: { x: ["batch", 3] }, outputs: ["y"], nodes: [] };
  return ["import", "onnx", scratchFile(`${name}.onnx`, onnxBytes({ ...plain, ...more }))];
};
const node = (op: string, inputs: readonly string[], name: string): NodeSpec => ({ op, inputs, outputs: ["y"], name });

it.each<readonly [string, readonly string[]]>([
  ["onnx-unknown-operator", onnx("operator", { nodes: [node("acme.Mystery", ["x"], "layer.0/mystery")] })],
  ["onnx-unknown-dimension", onnx("dimension", { nodes: [node("Relu", ["x"], "relu")] })],
  [
    "onnx-no-such-dimension",
    [...onnx("sizes", { nodes: [node("Relu", ["x"], "relu")] }), "--dim", "btach=2", "--dim", "batch=2"],
  ],
  ["onnx-cycle", onnx("cycle", { nodes: [node("Add", ["x", "y"], "add")] })],
  ["onnx-double-name", onnx("double", { nodes: [node("Relu", ["x"], "a"), node("Relu", ["x"], "b")] })],
  [
    "onnx-bad-node",
    [...onnx("node", { stored: { w: [4, 5] }, nodes: [node("MatMul", ["x", "w"], "up")] }), "--dim", "batch=2"],
  ],
  ["onnx-malformed", ["import", "onnx", rows]],
  ["onnx-dim", [...onnx("dim", {}), "--dim", "batch=many"]],
  ["unknown-command", ["simulat", "a", "b"]],
  ["unknown-command-control-characters", ["\u001b[31mred"]],
  ["missing-argument", ["simulate", "clip-vit-b16"]],
  ["too-many-arguments", ["presets", "models", "vit-b16", "hardware"]],
  ["unknown-option", [...SIMULATE, "--jsn"]],
  ["bad-choice", ["gemm", "scale-sim", "--shape", "1,2,3,4", "--effort", "slow"]],
  ["bad-kind", ["schema", "modl"]],
  ["names-and-settings", ["simulate", "clip-vit-b61", "catransformers-22mn", ...settings("array.rwos=4", "clock=5")]],
  ["name-and-setting-text", ["simulate", "clip-vit-b61", "catransformers-22nm", ...settings("array.rows", "node=x")]],
  ["region-and-setting", [...SIMULATE, "--region", "calfornia", ...settings("cores=0")]],
  ["bad-hardware-file", ["simulate", "clip-vit-b16", misspelt, ...settings("cores=x")]],
  ["published-size", [...SIMULATE, ...settings("technology.profile=published", "localBuffer.size=100 KiB")]],
  ["trace-nowhere", [...SIMULATE, "--trace", `${rows}/trace.json`]],
  ["arrays-per-core", ["gemm", arrays, "--shape", "1,2,3,4"]],
  ["gemm-nothing", ["gemm", "scale-sim"]],
  ["gemm-shape", ["gemm", "scale-sim", "--shape", "1,2,3"]],
  ["gemm-shape-zero", ["gemm", "scale-sim", "--shape", "1,0,3,4"]],
  ["gemm-shape-large", ["gemm", "scale-sim", "--shape", "1,99999999,3,4"]],
  ["gemm-shape-and-input", ["gemm", "scale-sim", "--shape", "1,2,3,4", "--input", rows]],
  ["gemm-shape-and-output", ["gemm", "scale-sim", "--shape", "1,2,3,4", "--output", "x.csv"]],
  [
    "gemm-settings-elsewhere",
    ["gemm", "scale-smi", "--shape", "1,2,3,4", ...settings("model.text.layers=3", "deployment.rate=2/s")],
  ],
  ["gemm-objective", ["gemm", "scale-sim", "--shape", "1,2,3,4", "--objective", "energy"]],
  ["gemm-missing-file", [...ABSENT, "no/such/file.csv"]],
  ["gemm-ragged", [...ABSENT, rows]],
  ["gemm-values", [...ABSENT, values]],
  ["gemm-sparse", [...ABSENT, scratchFile("sparse.csv", "Layer,M,N,K,Sparsity,\na,3,5,16,3:4,\n")]],
  ["gemm-comment", [...ABSENT, scratchFile("comment.csv", "#m,n,k\n1,2,3\n")]],
  ["gemm-quote", [...ABSENT, scratchFile("quote.csv", 'm,n,k\n1,2,3\n"1,2,3\n4,5,6\n')]],
  ["gemm-many", [...ABSENT, scratchFile("many.csv", `m,n,k\n${"1,2,3\n".repeat(7)}${"0,2,3\n".repeat(300)}`)]],
  ["accuracy-columns", ["accuracy", "--input", scratchFile("header.csv", "layers,hidden,status\n")]],
  ["output-folder", [...ABSENT, scratchFile("good.csv", "m,n,k\n1,2,3\n"), "--output", `${scratch}/no/out.csv`]],
  ["output-is-folder", [...ABSENT, scratchFile("good.csv", "m,n,k\n1,2,3\n"), "--output", scratch]],
  ["import-device", ["import", "huggingface", "/dev/zero"]],
  ["import-limits", ["import", "huggingface", scratchFile("config.json", config)]],
  ["import-rope", ["import", "huggingface", scratchFile("rope.json", rope)]],
  ["import-scale-sim", ["import", "scale-sim", scratchFile("bad.cfg", CONFIGURATION)]],
  [
    "import-topology",
    ["import", "scale-sim", peers("scale-sim/scale.cfg"), scratchFile("bad.csv", "Layer,M,N,K,\na,1,x,3,\nb,0,1,\n")],
  ],
  [
    "import-topology-header",
    ["import", "scale-sim", peers("scale-sim/scale.cfg"), scratchFile("rows-only.csv", "a,1,2,3\n")],
  ],
  [
    "import-timeloop",
    [
      "import",
      "timeloop",
      scratchFile(
        "arch.yaml",
        "architecture:\n  version: 0.4\n  nodes:\n  - !Component\n    name: b\n    class: SRAM\n    attributes: { depth: 12 * 34 }\n",
      ),
    ],
  ],
  [
    "import-zigzag",
    [
      "import",
      "zigzag",
      scratchFile("zigzag.yaml", "name: a\nmemories: []\noperational_array:\n  dimensions: [D1, D2]\n  sizes: [16]\n"),
    ],
  ],
  [
    "import-not-sayable",
    [
      "import",
      "scale-sim",
      scratchFile("wide.cfg", CONFIGURATION.replace("x", "99999").replace("rs", "ws").replace("nonsense\n", "")),
    ],
  ],
  ["gemm-columns", [...ABSENT, scratchFile("columns.csv", "M,n,status\n")]],
])("%s", (name, args) => {
  const run = ecotile(...args);
  expect(run.status).toBe(2);
  expect(run.stdout).toBe("");
  const golden = fileURLToPath(new URL(`expected/cli-${name}.txt`, import.meta.url));
  const text = run.stderr.replaceAll(scratch, "SCRATCH");
  if (process.env["ECOTILE_BLESS"] === "1") writeFileSync(golden, text);
  expect(existsSync(golden), `${golden} is missing`).toBe(true);
  expect(text).toBe(readFileSync(golden, "utf8"));
});
