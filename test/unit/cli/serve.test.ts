import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { leastTime } from "../../fixtures/least.ts";
import { ecotile, json, MAIN } from "./run.ts";

type Value = Readonly<Record<string, unknown>>;
interface Answer {
  readonly id: unknown;
  readonly result?: Value;
  readonly error?: { readonly code: number; readonly message: string };
}

const folder = mkdtempSync(join(tmpdir(), "ecotile-serve-"));
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const STUDY = `name: asked
model: bert-mini
hardware: catransformers-22nm
space: { array.rows: 8..64 x2, array.cols: [8, 16, 32], globalBuffer.size: 256 KiB..1 MiB x2 }
objectives: [min latency, min carbon]
constraints: [latency <= 2 ms, area <= 7 mm2]
search: { strategy: nsga2, trials: 24, batch: 8, population: 8, seed: 3 }
`;
const study = write("study.yaml", STUDY);

/** Answers to lines, as texts stand for themselves and requests get their place as id. */
function served(
  args: readonly string[],
  ...requests: readonly (string | Uint8Array | readonly [string, Value])[]
): readonly Answer[] {
  const lines = requests.map((each, id) => {
    if (typeof each === "string" || each instanceof Uint8Array) return Buffer.from(each);
    const [method, params] = each as readonly [string, Value];
    return Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  });
  const input = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
  const run = spawnSync(process.execPath, [MAIN, "serve", ...args], { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  expect([run.status, run.stderr]).toEqual([0, ""]);
  const answers = run.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
  expect(answers.length).toBe(requests.length);
  return answers;
}

const evaluate = (more: Value): readonly [string, Value] => [
  "evaluate",
  { model: "bert-mini", hardware: "catransformers-22nm", designs: [{}], ...more },
];

/** A process that is asked one thing after the other. */
function connect(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, "serve", ...args]);
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = `${rest}${text}`.split("\n");
    rest = parts.pop()!;
    for (const line of parts) (waiting.shift() ?? ((each) => lines.push(each)))(line);
  });
  let id = 0;
  return {
    ask: async (method: string, params: Value): Promise<Value> => {
      child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: (id += 1), method, params })}\n`);
      const line = lines.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)));
      const { result, error } = JSON.parse(line) as Answer;
      if (result === undefined) throw new Error(error?.message);
      return result;
    },
    end: () => new Promise((resolve) => child.once("close", resolve).stdin.end()),
  };
}

describe("serve", () => {
  it("answers with the numbers of simulate and gemm, to the byte", () => {
    const designs = [{}, { "array.rows": 64, "localBuffer.size": "128KiB", "deployment.region": "taiwan" }];
    const shapes = [
      [1, 197, 768, 768],
      [12, 64, 197, 64],
    ];
    const [simulated, again, products] = served(
      [],
      evaluate({ designs }),
      evaluate({ designs: [...designs].reverse(), deployment: { batch: 1 } }),
      ["gemm", { hardware: "catransformers-22nm", shapes, objective: "energy" }],
    );
    const answered = simulated!.result!["designs"] as readonly {
      readonly metrics: Value;
      readonly feasible: boolean;
    }[];
    expect(again!.result!["designs"]).toEqual([...answered].reverse());
    designs.forEach((design, i) => {
      const set = Object.entries(design).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
      const whole = json(ecotile("simulate", "bert-mini", "catransformers-22nm", ...set, "--json"));
      const { metrics, feasible } = answered[i]!;
      expect(Object.keys(metrics).length).toBeGreaterThan(10);
      expect(metrics).toEqual(Object.fromEntries(Object.keys(metrics).map((key) => [key, whole[key]])));
      expect(feasible).toBe(whole["feasible"]);
    });
    const numbers = products!.result!["results"] as readonly Value[];
    shapes.forEach((shape, i) => {
      const args = ["--shape", shape.join(), "--objective", "energy", "--json"];
      const { hardware, objective, effort, ...expected } = json(ecotile("gemm", "catransformers-22nm", ...args));
      expect([hardware, objective, effort]).toEqual(["catransformers-22nm", "energy", "fast"]);
      expect(numbers[i]).toEqual(expected);
    });
  });

  it("asks and is told: the trials and the front of the search, whatever is asked for at a time", async () => {
    const out = join(folder, "run");
    expect(ecotile("search", study, "--out", out, "--workers", "1").status).toBe(0);
    const stored = json(ecotile("report", out, "--all", "--format", "json"))["trials"] as readonly Value[];
    const outcomes = new Map(stored.map(({ trial, outcome }) => [trial, outcome as Value]));
    const front = (json(ecotile("report", out, "--format", "json"))["front"] as readonly Value[]).map(
      ({ trial }) => trial,
    );
    const server = connect("--allow-files", folder);
    const seen: unknown[] = [];
    const tellOf = ([trial, { kind, ...outcome }]: readonly [unknown, Value]): Value => ({
      trial,
      ...(kind === "evaluated" ? outcome : { infeasible: outcome }),
    });
    for (const [file, count] of [
      ["study.yaml", 3],
      [study, 100],
    ] as const) {
      const { run, trials } = await server.ask("open", { study: file });
      expect(trials).toBe(24);
      const points: Value[] = [];
      for (;;) {
        const designs = (await server.ask("ask", { run, count }))["designs"] as readonly Value[];
        if (designs.length === 0) break;
        points.push(...designs);
        const asked = await server.ask("outcomes", { run, points: designs.map(({ point }) => point) });
        expect(asked["outcomes"]).toEqual(designs.map(({ trial }) => outcomes.get(trial)));
        const results = designs.map(({ trial }) => tellOf([trial, outcomes.get(trial)!])).reverse();
        await server.ask("tell", { run, results });
        await server.ask("tell", { run, results });
      }
      expect(points).toEqual(stored.map(({ trial, point }) => ({ trial, point })));
      const last = await server.ask("front", { run });
      expect(last["stopped"]).toBe("max-trials");
      expect((last["front"] as readonly Value[]).map(({ trial }) => trial)).toEqual(front);
      expect(last["told"]).toBe(24);
      seen.push(last);
    }
    expect(seen[0]).toEqual(seen[1]);
    const { run } = await server.ask("open", { study, seed: 4 });
    await expect(server.ask("tell", { run, results: [{ trial: 0, infeasible: "no" }] })).rejects.toThrow(
      /not handed out/,
    );
    await server.ask("ask", { run, count: 1 });
    await expect(server.ask("tell", { run, results: [{ trial: 0, metrics: { latency_s: 1 } }] })).rejects.toThrow(
      /lack carbon_total_kgCO2e, area_mm2/,
    );
    await server.ask("tell", { run, results: [{ trial: 0, infeasible: "no" }] });
    await expect(server.ask("tell", { run, results: [{ trial: 0, infeasible: "yes" }] })).rejects.toThrow(/another/);
    expect(await server.end()).toBe(0);
  });

  it("reads files of one folder alone, and runs no command, unless it may", () => {
    const chip = write("chip.yaml", ecotile("presets", "hardware", "catransformers-22nm").stdout);
    symlinkSync("/etc/hostname", join(folder, "link.yaml"));
    const inner = mkdtempSync(join(folder, "inner-"));
    const commands = JSON.parse(
      JSON.stringify({ name: "c", model: "bert-mini", hardware: "catransformers-22nm" }),
    ) as Value;
    const asked = {
      study: {
        ...{ ...commands, space: { "array.rows": [8, 16] }, objectives: ["max accuracy", "min carbon"] },
        accuracy: { evaluator: "command", metric: "m", command: ["true"] },
      },
    };
    const requests = [
      evaluate({ hardware: chip }),
      evaluate({ hardware: "chip.yaml" }),
      evaluate({ hardware: "link.yaml" }),
      evaluate({ hardware: "../chip.yaml" }),
      evaluate({ designs: [{ "deployment.gridHours": "/etc/hostname" }] }),
      evaluate({ deployment: { gridHours: "/etc/no-such-file" } }),
      ["open", { study: { ...asked.study, accuracy: "none", objectives: ["min carbon"], hardware: "/etc/hostname" } }],
      ["open", asked],
    ] as const;
    const codes = (...args: readonly string[]) => served(args, ...requests).map(({ error }) => error?.code ?? "ok");
    const no = -32001;
    expect(codes()).toEqual([no, no, no, no, no, no, no, no]);
    expect(codes("--allow-files", folder)).toEqual(["ok", "ok", no, no, no, no, no, no]);
    expect(codes("--allow-files", inner)).toEqual([no, -32602, -32602, no, no, no, no, no]);
    expect(codes("--allow-command").at(-1)).toBe("ok");
    expect(ecotile("serve", "--allow-files", chip).stderr).toMatch(/is no folder/);
  });

  it("answers what is wrong with an error that says so, and goes on", () => {
    const deep = `{"jsonrpc":"2.0","id":1,"method":"hello","params":{"a":${"[".repeat(63)}${"]".repeat(63)}}}`;
    const long = `{"jsonrpc":"2.0","id":1,"method":"hello","params":{"a":"${"x".repeat(16 * 1024 * 1024)}"}}`;
    const wrong = [
      ["", -32700, /not JSON/],
      ["{", -32700, /not JSON/],
      [Uint8Array.of(34, 255, 34), -32700, /not UTF-8/],
      [long, -32700, /more than 16777216 bytes/],
      [deep, -32700, /more than 64/],
      ["[]", -32600, /one request/],
      ['{"jsonrpc":"2.0","method":"hello"}', -32600, /^id must be/],
      ['{"jsonrpc":"1.0","id":1,"method":"hello"}', -32600, /^jsonrpc must be "2.0"/],
      [["helo", {}], -32601, /Did you mean "hello"\?/],
      [["toString", {}], -32601, /no method "toString"/],
      [["gemm", { hardware: "scale-sim" }], -32602, /^params.shapes must be a list/],
      [
        ["gemm", { hardware: "scale-sim", shapes: [[1, 2, 3]] }],
        -32602,
        /^params.shapes\[0\] must be \[batch, m, n, k\]/,
      ],
      [["gemm", { hardware: "scale-sim", shape: [], shapes: [] }], -32602, /Did you mean "shapes"\?/],
      [["gemm", { hardware: "scale-sim", shapes: [], objective: "energy" }], -32602, /needs energies/],
      [evaluate({ designs: [{ "array.rwos": 8 }] }), -32602, /Did you mean "array.rows"\?/],
      [evaluate({ model: "bert-mni" }), -32001, /no model preset "bert-mni"/],
      [evaluate({ hardware: { clock: 3 } }), -32602, /./],
      [["open", { study: STUDY }], -32001, /names a file/],
      [["ask", { run: "7" }], -32002, /no open run "7"/],
      [["open", { study: { name: "x" } }], -32602, /mode .* or objectives/],
    ] as const;
    const answers = served([], ...wrong.map(([request]) => request), ["hello", {}]);
    wrong.forEach(([, code, message], i) => {
      expect(answers[i]!.error?.code, String(message)).toBe(code);
      expect(answers[i]!.error!.message).toMatch(message);
    });
    expect(answers.at(-1)!.result).toMatchObject({ name: "ecotile", protocol: 1 });
  });

  it("evaluates more than 5,000 designs a second that it knows", async () => {
    const designs = Array.from({ length: 100 }, (_, i) => ({ "array.rows": [16, 32, 64, 128][i % 4]! }));
    const requests = Array.from({ length: 100 }, () => evaluate({ designs }));
    const seconds = (count: number): number => {
      const started = performance.now();
      served([], ...requests.slice(0, count));
      return (performance.now() - started) / 1000;
    };
    const limit = (99 * 100) / 5000;
    expect(await leastTime(limit, () => seconds(100) - seconds(1))).toBeLessThan(limit);
  });
});
