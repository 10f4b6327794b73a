import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobId, jobOf, modelOfJob, queuedStudy, queueOf } from "../../../src/queue/job.ts";
import { readServer } from "../../../src/queue/index.ts";
import { loadSearchStudy } from "../../../src/study/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { MAIN } from "../cli/run.ts";

const bullmq = await import("bullmq").catch(() => null);
const hasRedis = bullmq !== null && spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) {
  const missing = "redis-server (Debian's package) or bullmq (npm ci) is missing: queues are not tested";
  if (process.env["ECOTILE_REQUIRE_TOOLS"] === "1") throw new Error(missing);
  console.warn(missing);
}

const folder = mkdtempSync(join(tmpdir(), "ecotile-queue-"));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
writeFileSync(
  at("accuracy.mjs"),
  `import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { id, model } = JSON.parse(line);
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.DELAY)));
  const digest = createHash("sha256").update(JSON.stringify({ ...model, name: "" })).digest("hex");
  const accuracy = parseInt(digest.slice(0, 6), 16) / 2 ** 24;
  console.log(JSON.stringify({ id, accuracy, low: accuracy, high: accuracy }));
}
`,
);
const file = at("study.yaml");
writeFileSync(
  file,
  `name: queued
model: vit-s16
hardware: catransformers-22nm
space: { model.vision.layers: [4, 6, 8, 10], model.vision.heads: [4, 6], array.rows: [16, 32] }
objectives: [max accuracy, min carbon]
accuracy: { evaluator: command, metric: m, command: [node, accuracy.mjs], parallel: 2 }
search: { strategy: random, trials: 16, batch: 8 }
`,
);
const study = loadSearchStudy(file, {});
const PASSWORD = "a-secret-of-the-test";
const env = { ...process.env, DELAY: "300", ECOTILE_REDIS_PASSWORD: PASSWORD };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const bytesOf = (name: string) =>
  ["front.csv", "front.json", "report.html"].map((each) => readFileSync(at(name, each), "utf8"));

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

function start(program: string, args: readonly string[]): Started {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (piece: string) => (text += piece));
  return { child, said: () => text, ended: new Promise((resolve) => child.once("close", resolve)) };
}

let port = 0;
let redis: Started | null = null;
const url = (): string => `redis://127.0.0.1:${port}`;
const startRedis = async (): Promise<void> => {
  const store = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", folder];
  redis = start("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--requirepass", PASSWORD, ...store]);
  while (!redis.said().includes("Ready to accept connections")) await pause(20);
};
const killRedis = async (): Promise<void> => {
  redis?.child.kill("SIGKILL");
  await redis?.ended;
};
const work = (...args: readonly string[]): Started =>
  start(process.execPath, [MAIN, "worker", file, "--queue", url(), "--lease", "1", "--json", ...args]);

beforeAll(async () => {
  if (!hasRedis) return;
  const server = createServer();
  port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  await startRedis();
});
afterAll(killRedis);

describe.skipIf(!hasRedis)("a search with a queue", () => {
  it("has the bytes of one machine: workers killed three times, the server once, forged jobs among them", async () => {
    const one = spawnSync(process.execPath, [MAIN, "search", file, "--out", at("one"), "--workers", "1"], {
      env: { ...env, DELAY: "0" },
    });
    expect(one.status).toBe(0);
    const own = queuedStudy(study);
    const forger = new bullmq!.Queue(queueOf(own), { connection: { port, password: PASSWORD }, prefix: "ecotile" });
    forger.on("error", () => undefined);
    const honest = jobOf(own, study.specs.model, {});
    await forger.add("accuracy", { ...honest, study: "0123456789abcdef" });
    await forger.add("accuracy", { ...honest, point: { "model.vision.layers": 11 } });
    await forger.add("accuracy", { ...honest, point: { "accuracy.command": "reboot" } });
    await forger.add("accuracy", { ...honest, command: ["reboot"] });
    await forger.add("reboot", honest);
    // In the place of the first that the search will ask for.
    await forger.add("accuracy", { ...honest, point: { "model.vision.layers": 4 } }, { jobId: honest.model });
    await forger.close();

    const search = start(process.execPath, [
      MAIN,
      "search",
      file,
      "--out",
      at("two"),
      "--workers",
      "1",
      "--queue",
      url(),
    ]);
    let said = "";
    for (let kill = 0; kill < 3; kill += 1) {
      const worker = work();
      while (!worker.said().includes("waits for jobs")) await pause(10);
      await pause(900);
      worker.child.kill("SIGKILL");
      await worker.ended;
      said += worker.said();
      if (kill === 1) {
        await killRedis();
        await pause(500);
        await startRedis();
      }
    }
    const last = work("--idle", "4");
    expect([await search.ended, search.said()]).toEqual([0, expect.stringMatching(/16 of 16 designs tried/)]);
    expect(bytesOf("two")).toEqual(bytesOf("one"));
    expect(await last.ended).toBe(0);
    said += last.said();
    for (const reason of [
      /refused: it is of another study \(0123456789abcdef, not /,
      /refused: model\.vision\.layers is 11, which the study does not allow/,
      /refused: accuracy\.command is no parameter of the study's models/,
      /refused: it is no job of ecotile/,
    ])
      expect(said).toMatch(reason);
    expect(said).not.toMatch(/failed: /);
    const texts = [
      search.said(),
      said,
      ...readdirSync(at("two")).map((name) =>
        statSync(at("two", name)).isFile() ? readFileSync(at("two", name), "latin1") : "",
      ),
    ];
    expect(texts.filter((text) => text.includes(PASSWORD))).toEqual([]);
  }, 120_000);

  it("says what is wrong with a server, a study and an address", async () => {
    const run = (...args: readonly string[]) => spawnSync(process.execPath, [MAIN, ...args], { env, encoding: "utf8" });
    const away = run("search", file, "--out", at("no"), "--queue", "redis://127.0.0.1:1");
    expect([away.status, away.stderr]).toEqual([
      2,
      expect.stringMatching(/No queue at redis:\/\/127\.0\.0\.1:1: nothing answers there/),
    ]);
    const locked = spawnSync(process.execPath, [MAIN, "worker", file, "--queue", url()], {
      ...{ env: { ...env, ECOTILE_REDIS_PASSWORD: "" }, encoding: "utf8" as const },
    });
    expect([locked.status, locked.stderr]).toEqual([2, expect.stringMatching(/asks for a user and password/)]);
    const search = start(process.execPath, [
      MAIN,
      "search",
      file,
      "--out",
      at("three"),
      "--workers",
      "1",
      "--queue",
      url(),
    ]);
    while (!/trials/.test(search.said())) await pause(50);
    await pause(500);
    const other = run("worker", file, "--seed", "9", "--queue", url());
    expect([other.status, other.stderr]).toEqual([
      2,
      expect.stringMatching(/is not for this worker: it has another study \(/),
    ]);
    search.child.kill("SIGKILL");
    await search.ended;
  }, 180_000);
});

describe("queues", () => {
  it("read addresses, and none with a password", () => {
    expect(readServer("redis://head", undefined).options).toEqual({ host: "head", port: 6379, db: 0 });
    expect(readServer("rediss://me@head:7000/3", "x").options).toEqual({
      host: "head",
      port: 7000,
      db: 3,
      username: "me",
      password: "x",
      tls: {},
    });
    expect(() => readServer("redis://me:secret@head", undefined)).toThrow(/has a password in it/);
    for (const bad of ["head", "http://head", "redis://", "redis://head/x", "redis://head?db=1"])
      expect(() => readServer(bad, undefined)).toThrow(/redis:\/\/\[user@\]host/);
  });

  it("hold points of models, which are checked against the study", () => {
    const own = queuedStudy(study);
    const { specsOf } = createDesignEvaluator(designContext(study));
    const point = { "model.vision.layers": 6, "array.rows": 16 };
    const { model } = specsOf(point);
    const job = jobOf(own, model, point);
    expect(job.point).toEqual({ "model.vision.layers": 6 });
    const read = (data: unknown) => modelOfJob(data, own, study, (each) => specsOf(each).model);
    expect(read(job)).toEqual({ model, fidelity: undefined });
    const low = jobOf(own, model, point, 0.1);
    expect(jobId(low)).not.toBe(jobId(job));
    expect(read(low)).toBe("the study does not screen at fidelity 0.1");
    const screening = { ...study, accuracy: { ...study.accuracy!, screening: [0.1] } };
    expect(modelOfJob(low, own, screening, (each) => specsOf(each).model)).toEqual({ model, fidelity: 0.1 });
    expect(read({ ...job, point: {} })).toBe("its point makes another model");
    expect(read({ ...job, point: { "array.rows": 16 } })).toMatch(/no parameter of the study's models/);
    expect(read({ ...job, point: JSON.parse('{"__proto__": 1}') as unknown })).toBe("its point makes another model");
    expect(read(null)).toBe("it is no job of ecotile");
  });
});
