import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NEWEST_LTS, newestLts } from "../../../scripts/newest-lts.mjs";
import { MAIN } from "../../unit/cli/run.ts";

const lts = newestLts();
if (lts === null) {
  const missing = `Node ${NEWEST_LTS} is missing (node scripts/newest-lts.mjs): that it gives the same bytes is not tested`;
  const isMeant = process.env["ECOTILE_WITHOUT_NEWEST_LTS"] === "1";
  if (process.env["ECOTILE_REQUIRE_TOOLS"] === "1" && !isMeant) throw new Error(missing);
  console.warn(missing);
}

const folder = mkdtempSync(join(tmpdir(), "ecotile-lts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const STUDY = `name: both
model: clip-vit-b16
hardware: catransformers-22nm
space:
  model.text: { layers: 6..12 step 2, ffn: [1024, 2048] }
  array.rows: [16, 32]
  cores: [2, 4]
mode: carbon
search: { seed: 3, trials: 48 }
constraints: [latency <= 60 ms]
`;
const study = join(folder, "study.yaml");
writeFileSync(study, STUDY);

/** What a command says and writes, by the Node that runs it. */
function run(node: string, args: readonly string[], out: string | null): readonly string[] {
  const at = out === null ? [] : ["--out", join(folder, out)];
  const { status, stdout, stderr } = spawnSync(node, [MAIN, ...args, ...at], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  if (out === null) return [stdout];
  return ["front.csv", "study.yaml"].map((file) => readFileSync(join(folder, out, file), "utf8"));
}

describe.skipIf(lts === null)(`Node ${NEWEST_LTS}`, () => {
  it("is the Node that it is taken for, with long-term support", () => {
    const { stdout } = spawnSync(lts!, ["-p", "process.version + ' ' + process.release.lts"], { encoding: "utf8" });
    expect(stdout).toMatch(new RegExp(`^v${NEWEST_LTS.replaceAll(".", "\\.")} [A-Z][a-z]+\n$`));
  });

  it.each([
    ["one product", ["gemm", "catransformers-22nm", "--shape", "1,197,768,768", "--json"], false],
    ["a model", ["simulate", "clip-vit-b16", "catransformers-22nm", "--json"], false],
    ["a decoder", ["simulate", "llama-3.2-1b", "tpu-v4i", "--set", "model.text.tokens=64", "--json"], false],
    ["a search", ["search", study, "--strategy", "nsga2", "--workers", "2"], true],
    ["an exact search", ["search", study, "--strategy", "exact", "--workers", "1"], true],
  ] as const)("gives the same bytes: %s", (what, args, writes) => {
    const [here, there] = [process.execPath, lts!].map((node, i) => run(node, args, writes ? `${what}-${i}` : null));
    expect(there).toEqual(here);
    expect(here!.every((text) => text.length > 100)).toBe(true);
  });
});
