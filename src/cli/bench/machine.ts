import { cpus, loadavg, totalmem } from "node:os";
import { packageVersion } from "../../package-root.ts";

/** The machine and the versions that figures belong to. */
export function machine(): string {
  const cores = cpus();
  const versions = `ecotile ${packageVersion()}, node ${process.versions.node}, V8 ${process.versions.v8}`;
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  return `${versions}, ${cores.length} × ${cores[0]?.model ?? "?"}, ${memory}, load ${loadavg()[0]!.toFixed(1)}`;
}
