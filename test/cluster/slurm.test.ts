import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAIN } from "../unit/cli/run.ts";

// A cluster of one machine on loopback, of Debian's slurm-wlm, run as root without systemd and cgroups.

const hasSlurm = ["slurmctld", "slurmd", "sbatch", "munged"].every((name) => spawnSync("which", [name]).status === 0);
const canRun = hasSlurm && process.getuid?.() === 0;
if (!canRun) console.warn("slurm-wlm and munge are missing, or this is not root: examples/cluster/slurm.sh is not run");

const script = fileURLToPath(new URL("../../examples/cluster/slurm.sh", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ecotile-slurm-"));
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const node = hostname().split(".")[0]!;
const daemons: ChildProcess[] = [];
const env: Record<string, string | undefined> = {
  ...process.env,
  ...{
    SLURM_CONF: at("slurm.conf"),
    ECOTILE: `${process.execPath} ${MAIN}`,
    STUDY: at("study.yaml"),
    OUT: at("out"),
    SHARDS: "3",
  },
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const freePort = async (): Promise<number> => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
};
const start = (program: string, ...args: readonly string[]): void =>
  void daemons.push(spawn(program, args, { env, stdio: "ignore" }));
const until = async (what: () => boolean): Promise<void> => {
  for (let left = 200; !what(); left -= 1) {
    if (left === 0)
      throw new Error(`the cluster does not come: ${readFileSync(at("controller.log"), "utf8").slice(-2000)}`);
    await pause(100);
  }
};
const run = (program: string, ...args: readonly string[]) => spawnSync(program, args, { env, encoding: "utf8" });
const ecotile = (...args: readonly string[]) => run(process.execPath, MAIN, ...args);
const submit = (array: string): readonly string[] => [
  ...["--wait", `--array=${array}`, "--cpus-per-task=1", "--mem=0", `--output=${at("%a.log")}`, script],
];

beforeAll(async () => {
  if (!canRun) return;
  for (const name of ["state", "spool", "munge"]) mkdirSync(at(name), { mode: 0o711 });
  writeFileSync(at("munge", "key"), randomBytes(128), { mode: 0o400 });
  const [controller, worker] = [await freePort(), await freePort()];
  writeFileSync(
    at("slurm.conf"),
    `ClusterName=loopback
SlurmctldHost=${node}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${worker}
AuthType=auth/munge
AuthInfo=socket=${at("munge", "socket")}
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool")}
SlurmctldPidFile=${at("controller.pid")}
SlurmdPidFile=${at("worker.pid")}
SlurmctldLogFile=${at("controller.log")}
SlurmdLogFile=${at("worker.log")}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=${node} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=${node} Default=YES MaxTime=INFINITE State=UP
`,
  );
  const names = { "key-file": "key", socket: "socket", "log-file": "log", "seed-file": "seed", "pid-file": "pid" };
  const files = Object.entries(names).map(([option, name]) => `--${option}=${at("munge", name)}`);
  start("munged", "--force", "--foreground", ...files);
  await until(() => existsSync(at("munge", "socket")));
  start("slurmctld", "-D");
  start("slurmd", "-D");
  await until(() => /\bidle\b/.test(run("sinfo").stdout));
  writeFileSync(
    at("study.yaml"),
    `name: shards
model: bert-mini
hardware: catransformers-22nm
space: { array.rows: 8..64 x2, array.cols: [8, 16, 32], globalBuffer.size: 256 KiB..1 MiB x2, localBuffer.size: 32 KiB..128 KiB x2 }
objectives: [min latency, min carbon]
search: { strategy: exact }
`,
  );
}, 180_000);
afterAll(async () => {
  const ended = daemons.map((child) => new Promise((resolve) => child.once("close", resolve)));
  for (const child of daemons.reverse()) child.kill();
  await Promise.all(ended);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!canRun)("examples/cluster/slurm.sh", () => {
  it("gives the bytes of one machine, with two tasks killed and submitted again", async () => {
    expect(ecotile("search", at("study.yaml"), "--out", at("one"), "--workers", "1", "--quiet").status).toBe(0);
    const first = spawn("sbatch", submit("0-2"), { env, stdio: "ignore" });
    const ended = new Promise((resolve) => first.once("close", resolve));
    for (const shard of [1, 2]) {
      const header = at("out", `shard-${shard}-of-3`, "shard.json");
      await until(() => existsSync(header));
      const task = run("squeue", "--array", "--noheader", "--states=RUNNING", "--format=%i %K").stdout;
      const id = new RegExp(`^(\\S+) ${shard - 1}$`, "m").exec(task.replaceAll(/ +$/gm, ""))?.[1];
      if (id !== undefined) run("scancel", "--signal=KILL", "--full", id);
    }
    await ended;
    const lacking = ecotile("status", at("out"), "--array").stdout.trim();
    expect(lacking).toMatch(/^(0|1|0-1)$/);
    expect(ecotile("merge", at("out"), "--out", at("merged")).status).toBe(2);
    expect(run("sbatch", ...submit(lacking)).status).toBe(0);
    expect(ecotile("status", at("out"), "--array").stdout).toBe("");
    expect(ecotile("merge", at("out"), "--out", at("merged"), "--workers", "1", "--quiet").status).toBe(0);
    for (const name of ["front.csv", "front.json"])
      expect(readFileSync(at("merged", name), "utf8")).toBe(readFileSync(at("one", name), "utf8"));
  }, 120_000);
});
