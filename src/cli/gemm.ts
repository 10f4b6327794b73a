import { InvalidArgumentError, Option, type Command } from "commander";
import { EXIT_INFEASIBLE, InputError } from "../errors/index.ts";
import { gemmNumbers, gemmRecords, gemmSimulator, gemmTrace } from "../evaluate/index.ts";
import type { GemmProblem, MappingEffort, MappingObjective } from "../sim/index.ts";
import { MAPPING_EFFORTS, MAPPING_OBJECTIVES, type SpecSet } from "../spec/index.ts";
import { writeFileWhole } from "../study/output-file.ts";
import { gemmRows } from "./gemm-rows.ts";
import { gemmText } from "./gemm-text.ts";
import { gemmTraceText, MOST_EVENTS } from "./gemm-trace.ts";
import { answerRows } from "./input-rows.ts";
import { printJson, printText } from "./output.ts";
import { dataToStdout } from "./print.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly shape?: GemmProblem;
  readonly input?: string;
  readonly output?: string;
  readonly set: readonly string[];
  readonly objective: MappingObjective;
  readonly effort: MappingEffort;
  readonly json?: boolean;
  readonly emit?: "record" | "result";
  readonly trace?: string;
}

export function addGemmCommand(program: Command): void {
  program
    .command("gemm")
    .description("Maps and simulates matrix products C[b,m,n] = A[b,m,k] · B[b,k,n] on one accelerator.")
    .argument("<hardware>", "hardware preset or file")
    .addOption(
      new Option("--shape <batch,m,n,k>", "one product; every batch element has its own B")
        .argParser(parseShape)
        .conflicts("input"),
    )
    .option(
      "--input <file.csv>",
      "many: columns m, n, k, and optionally batch (1) and shared_b (0: each batch element has its own B)",
    )
    .option("--output <file.csv>", "write the input with results appended (default: stdout)")
    .option("--set <path=value>", "change one field of the hardware; may be repeated, later wins", collect, [])
    .addOption(
      new Option("--objective <what>", "what the mapping is chosen for").choices(MAPPING_OBJECTIVES).default("latency"),
    )
    .addOption(new Option("--effort <how>", "how far the search goes").choices(MAPPING_EFFORTS).default("fast"))
    .option("--json", "one JSON document on stdout")
    .addOption(
      new Option("--emit <bytes>", "with --shape, the core's records as bytes: what goes in, or what comes out")
        .choices(["record", "result"])
        .conflicts(["input", "json"]),
    )
    .addOption(
      new Option(
        "--trace <file>",
        "with --shape, write what ports and arrays do when, to be opened in a trace viewer (chrome://tracing, Perfetto)",
      ).conflicts(["input", "emit"]),
    )
    .addHelpText(
      "after",
      `
Examples:
  ecotile gemm catransformers-22nm --shape 1,197,3072,768
  ecotile gemm catransformers-22nm --shape 1,197,3072,768 --emit record > record.bin    (docs/abi.md)
  ecotile gemm catransformers-22nm --shape 1,197,3072,768 --trace gemm.json
  ecotile gemm scale-sim --set array.dataflow=weight-stationary --input shapes.csv --output results.csv

Rows that fit no buffer get the status "infeasible" and empty numbers; the exit code stays 0.`,
    )
    .action(runGemm);
}

function parseShape(text: string): GemmProblem {
  const sizes = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : NaN));
  const [batch, m, n, k] = sizes;
  const isGood = sizes.length === 4 && sizes.every((size) => Number.isSafeInteger(size) && size >= 1);
  if (!isGood || batch === undefined || m === undefined || n === undefined || k === undefined) {
    throw new InvalidArgumentError("Four whole numbers of at least 1, for example 1,197,768,768.");
  }
  return { batch, m, n, k, sharedB: false };
}

async function runGemm(hardware: string, options: Options): Promise<void> {
  const { shape, input } = options;
  if (shape === undefined && input === undefined) {
    throw new InputError("gemm needs --shape batch,m,n,k or --input FILE.csv.");
  }
  if (shape !== undefined && options.output !== undefined) {
    throw new InputError("--output goes with --input; the result of one --shape is printed.");
  }
  const specs = loadSpecs(null, hardware, options.set);
  if (options.emit !== undefined) return emit(specs, shape!, options);
  if (shape !== undefined) runShape(specs, shape, options);
  else await runFile(specs, input!, options);
}

/** The product by itself, whatever its machine prefetches. */
function emit(specs: SpecSet, problem: GemmProblem, options: Options): void {
  const { records, results } = gemmRecords(specs, [problem], options);
  dataToStdout(options.emit === "record" ? records : results);
}

function runShape(specs: SpecSet, problem: GemmProblem, options: Options): void {
  const streamed = gemmSimulator(specs, options)([problem])[0]!;
  const numbers = gemmNumbers(streamed, specs);
  if (options.trace !== undefined && streamed.result.kind === "mapped")
    writeTrace(options.trace, specs, problem, options, streamed.result.timing.cycles);
  if (options.json)
    printJson({
      hardware: specs.hardware.name,
      ...problem,
      objective: options.objective,
      effort: options.effort,
      ...numbers,
    });
  else printText(gemmText(problem, streamed, numbers, specs), false);
  if (streamed.result.kind === "unmappable") process.exitCode = EXIT_INFEASIBLE;
}

/** @param shown  cycles that are printed: with those of a kernel, or of operands that come for the next product */
function writeTrace(file: string, specs: SpecSet, problem: GemmProblem, options: Options, shown: number): void {
  const traced = gemmTrace(specs, problem, options, MOST_EVENTS);
  if (traced === null) return;
  writeFileWhole(file, gemmTraceText(traced, problem, specs.hardware));
  const { cycles } = traced.mapped.timing;
  if (cycles !== shown)
    printText(`${file}: the product by itself, as its mapping runs it, ${cycles} cycles; printed are ${shown}.`, true);
  if (traced.leftOut > 0) printText(`${file}: ${traced.leftOut} later events left out.`, true);
}

async function runFile(specs: SpecSet, input: string, options: Options): Promise<void> {
  const { objective, effort, output, json } = options;
  const simulate = gemmSimulator(specs, options);
  const command = gemmRows((problems) => simulate(problems).map((streamed) => gemmNumbers(streamed, specs)));
  const head = { hardware: specs.hardware.name, objective, effort };
  const { rows, byStatus, notes } = await answerRows(command, { input, output, json }, head);
  for (const note of notes) printText(note, true);
  if (output !== undefined) printText(`${output}: ${rows} rows, ${byStatus.get("infeasible") ?? 0} infeasible.`, true);
}
