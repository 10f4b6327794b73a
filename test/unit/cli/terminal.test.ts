import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { ecotile, json, MAIN, scratch, scratchFile } from "./run.ts";

// What a person sees at a terminal of 80 columns, of every command. ECOTILE_BLESS=1 writes the expected texts anew.

const WIDTH = 80;
const expected = fileURLToPath(new URL("../../fixtures/terminal/", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));

function atTerminal(...args: readonly string[]) {
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: String(WIDTH) };
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: root, encoding: "utf8", env });
}

/** The commands that the program names, those below others among them. */
const commands = ecotile("--help")
  .stdout.split("\n")
  .flatMap((line) => /^ {2}(\w+) (?:\[|<| )/.exec(line)?.[1] ?? [])
  .filter((name) => name !== "help")
  .flatMap((name) =>
    name === "import" || name === "export"
      ? [...ecotile(name, "--help").stdout.matchAll(/^ {2}([\w-]+) \[options\]/gm)].map(([, below]) => [name, below!])
      : [[name]],
  );

const study = scratchFile(
  "terminal.yaml",
  "name: terminal\nmodel: vit-s16\nhardware: catransformers-22nm\nspace: { array.rows: [16, 64], cores: [1, 2] }\nobjectives: [min carbon, min latency]\nsearch: { strategy: exact }\n",
);
const run = join(scratch, "terminal-run");
const points = scratchFile("points.jsonl", '{"id":1,"point":{"array.rows":16,"cores":2}}\n');
const config = scratchFile(
  "tiny-llama.json",
  '{"model_type":"llama","architectures":["LlamaForCausalLM"],"hidden_size":64,"intermediate_size":128,"num_attention_heads":4,"num_hidden_layers":2,"vocab_size":1000,"max_position_embeddings":128}',
);

interface Use {
  readonly args: readonly string[];
  /** A document for programs, whose lines are as long as they are. */
  readonly isData?: true;
  /** It changes with every option, or with where temporary files are, and other tests look at it: no expected text. */
  readonly isList?: true;
}

const USES: Readonly<Record<string, Use>> = {
  "export impact-framework": { args: ["export", "impact-framework", "vit-s16", "catransformers-22nm"], isData: true },
  simulate: { args: ["simulate", "vit-s16", "catransformers-22nm"] },
  service: { args: ["service", "llama-3.2-1b", "h100", "examples/service/chat.yaml", "--engine", "steady"] },
  sweep: { args: ["sweep", "bert-tiny,vit-s16", "catransformers-22nm,eyeriss", "--limit", "latency <= 20 ms"] },
  gemm: { args: ["gemm", "catransformers-22nm", "--shape", "1,197,768,768"] },
  init: { args: ["init", "hardware"], isData: true },
  presets: { args: ["presets", "hardware"] },
  schema: { args: ["schema"], isList: true },
  search: { args: ["search", study, "--out", run, "--workers", "1"] },
  "search --dry-run": { args: ["search", study, "--dry-run"] },
  report: { args: ["report", "--compare", `${run}:0`, `${run}:1`], isList: true },
  explain: { args: ["explain", run] },
  evaluate: { args: ["evaluate", study, "--points", points], isData: true },
  package: { args: ["package", "examples/packages/three-chiplets.yaml"] },
  plan: { args: ["plan", "examples/plan/nightly.yaml"] },
  "plan, variants": { args: ["plan", "examples/plan/variants.yaml"] },
  accuracy: { args: ["accuracy", "vit-s16"] },
  "import timeloop": {
    args: ["import", "timeloop", "test/fixtures/peers/timeloop/simba_like-v0.4.yaml"],
    isData: true,
  },
  "import zigzag": { args: ["import", "zigzag", "test/fixtures/peers/zigzag/edge_tpu_like.yaml"], isData: true },
  "import scale-sim": {
    args: ["import", "scale-sim", "test/fixtures/peers/scale-sim/tpuv5e_downscale.cfg"],
    isData: true,
  },
  "import huggingface": { args: ["import", "huggingface", config], isData: true },
  completion: { args: ["completion", "bash"], isData: true, isList: true },
};
/** What depends on the machine, and commands whose use is shown in tests of their own. */
const ELSEWHERE = [
  ...["bench", "import onnx", "import openclip"],
  // test/unit/serve, test/validation/shards, test/validation/queue
  ...["serve", "merge", "status", "worker"],
  // test/report
  "explore",
];

const tooLong = (text: string): readonly string[] => text.split("\n").filter((line) => [...line].length > WIDTH);

describe("every command", () => {
  it.each(commands.map((words) => words.join(" ")))("%s: help with an example, and --json", (name) => {
    const { stdout, status } = atTerminal(...name.split(" "), "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/--json/);
    expect(stdout).toMatch(/Examples?:\s/);
    expect(tooLong(stdout).filter((line) => !/^(  ecotile |  source |\{)/.test(line))).toEqual([]);
  });

  it("has a use here, or elsewhere", () => {
    const known = [...Object.keys(USES), ...ELSEWHERE];
    for (const words of commands) expect(known).toContain(words.join(" "));
  });
});

describe("at 80 columns", () => {
  test.each(Object.entries(USES))("%s prints what is expected, and nothing runs over the edge", (name, use) => {
    const { stdout, status } = atTerminal(...use.args);
    expect(status).toBe(0);
    const shown = stdout.replace(/ +$/gm, "").replace(/^Report: [^]*/m, "Report: ...\n");
    if (use.isData !== true) expect(tooLong(stdout.replaceAll(scratch, "DIR"))).toEqual([]);
    if (use.isList === true) return;
    const golden = join(expected, `${name.replaceAll(/\W+/g, "-")}.txt`);
    if (process.env["ECOTILE_BLESS"] === "1") {
      mkdirSync(expected, { recursive: true });
      writeFileSync(golden, shown);
    }
    expect(existsSync(golden), `${golden} is missing`).toBe(true);
    expect(shown).toBe(readFileSync(golden, "utf8"));
  });
});

test("what commands print as --json is one document", () => {
  const documents = [
    [["search", study, "--dry-run", "--json"], "designs", "4"],
    [["search", study, "--out", join(scratch, "json-run"), "--json", "--quiet"], "format", 1],
    [["import", "huggingface", config, "--json"], "family", "decoder"],
    [["completion", "zsh", "--json"], "shell", "zsh"],
  ] as const;
  for (const [args, key, value] of documents) expect(json(ecotile(...args))[key], args.join(" ")).toBe(value);
  expect(json(ecotile("schema", "--json"))["paths"]).toContainEqual(expect.objectContaining({ path: "array.rows" }));
});
