import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../../package-root.ts";
import { summary } from "./statistics.ts";

const COMMAND = ["gemm", "catransformers-22nm", "--shape", "1,197,768,768", "--json"];

/** Wall time of `ecotile gemm` on one shape in a new process: start of Node, modules, compile, search. */
export function coldStart(): readonly string[] {
  const main = fileURLToPath(new URL("dist/src/cli/main.js", packageRoot));
  const milliseconds = Array.from({ length: 5 }, () => {
    const start = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, [main, ...COMMAND]);
    if (status !== 0) throw new Error(`ecotile gemm ended with ${String(status)}`);
    return Number(process.hrtime.bigint() - start) / 1e6;
  });
  return [`Cold start of one GEMM from the command line: ${summary(milliseconds, "ms")}`];
}
