import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { frontCsv, frontJson } from "../report/front-files.ts";
import { reportHtml } from "../report/html.ts";
import type { RunRecord } from "../report/types.ts";
import { InputError } from "./failure.ts";
import { writeFileWhole } from "./output.ts";
import { RUN_FILES } from "./search/run-folder.ts";

const FORMATS = ["html", "svg", "csv", "json"] as const;

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("Shows a finished run: html writes the report and prints its path, the others print to stdout.")
    .argument("<dir>", "folder of a run")
    .addOption(new Option("--format <what>", "what to make").choices([...FORMATS]).default("html"))
    .addHelpText("after", "\nExample:\n  ecotile report runs/clip-vit-b16 --format svg > front.svg")
    .action(report);
}

async function report(folder: string, { format }: { readonly format: (typeof FORMATS)[number] }): Promise<void> {
  const record = readRecord(folder);
  if (format === "html") {
    const path = join(folder, RUN_FILES.report);
    writeFileWhole(path, reportHtml(record));
    process.stdout.write(`${path}\n`);
    return;
  }
  const text = format === "svg" ? await drawn(record) : format === "csv" ? frontCsv(record) : frontJson(record);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  process.stdout.write(text);
}

/** The chart library takes half a second to load, so only the command that draws loads it. */
async function drawn(record: RunRecord): Promise<string> {
  const { frontSvg } = await import("../report/svg.ts");
  return frontSvg(record);
}

/** The record of a finished run. @throws InputError */
export function readRecord(folder: string): RunRecord {
  const path = join(folder, RUN_FILES.frontJson);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(
      `${folder} holds no finished run: ${path} cannot be read. A run that was interrupted goes on with ecotile search ${join(folder, RUN_FILES.study)} --out ${folder} --resume.`,
    );
  }
  const record = parsed(text);
  if (record?.format !== 1) throw new InputError(`${path} is no front of this version of ecotile.`);
  return record;
}

function parsed(text: string): RunRecord | null {
  try {
    return JSON.parse(text) as RunRecord | null;
  } catch {
    return null;
  }
}
