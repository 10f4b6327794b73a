import type { Command } from "commander";
import { statusOf, type ShardStatus } from "../shards/index.ts";
import { printJson, printText, renderTable } from "./output.ts";
import { toStdout } from "./print.ts";

interface Options {
  readonly json?: boolean;
  readonly array?: boolean;
}

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("Says which shards of a search are done, which have begun, and which are missing.")
    .argument("<dir...>", "folders with shards")
    .option("--array", "only the indices, from 0, of shards that are not done, as batch systems take them")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  ecotile status runs/night
  sbatch --array=$(ecotile status runs/night --array) examples/cluster/slurm.sh`,
    )
    .action(status);
}

function status(folders: readonly string[], { json, array }: Options): void {
  const whole = statusOf(folders);
  const open = whole.shards.filter(({ state, total }) => state !== "done" && total > 0);
  if (json === true) return printJson(whole);
  if (array === true) return toStdout(open.length === 0 ? "" : `${rangesOf(open)}\n`);
  const rows = (whole.complete ? [] : open).map(({ index, state, done, total }) => [
    ...[String(index), state, String(done), String(total)],
  ]);
  const { length } = whole.shards;
  if (rows.length > 0) printText(renderTable(["shard", "state", "done", "of"], rows, []), false);
  printText(
    `${whole.study}: ${length - open.length} of ${length} shards done.${whole.complete ? "" : " Run the others again; they go on where they were."}`,
    false,
  );
}

/** `0,3-5`: indices from 0. */
function rangesOf(shards: readonly ShardStatus[]): string {
  const ranges: [number, number][] = [];
  for (const { index } of shards) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 2) last[1] = index - 1;
    else ranges.push([index - 1, index - 1]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}
