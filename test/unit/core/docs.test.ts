import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { readSource, root } from "../../architecture/files.ts";
import { MAIN } from "../cli/run.ts";

const run = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stdout;
};

it("the program of docs/core.md prints what the commands print", () => {
  const [, program] = /```js\n([^]*?)```/.exec(readSource("docs/core.md"))!;
  const printed = run(
    "--input-type=module",
    "--eval",
    program!
      .replaceAll("console.log(", "console.log(JSON.stringify(")
      .replaceAll(/\);$/gm, (end, at: number, all: string) =>
        all.slice(all.lastIndexOf("\n", at), at).includes("console.log") ? "));" : end,
      ),
  );
  const [numbers, cycles] = printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const set = ["array.rows=128", "localBuffer.size=128 KiB", "deployment.region=taiwan", "deployment.lifetime=5 years"];
  const settings = [...set, "deployment.rate=2/s"].flatMap((each) => ["--set", each]);
  const simulated = JSON.parse(
    run(MAIN, "simulate", "clip-vit-b16", "catransformers-22nm", ...settings, "--json"),
  ) as object;
  expect(simulated).toMatchObject(numbers as object);
  const product = JSON.parse(run(MAIN, "gemm", "catransformers-22nm", "--shape", "1,197,3072,768", "--json")) as object;
  expect(product).toMatchObject({ cycles });
});
