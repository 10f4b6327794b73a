import { InvalidArgumentError, Option, type Command } from "commander";
import { InputError, SpecError } from "../errors/index.ts";
import {
  answerDocument,
  answerJson,
  ENGINES,
  hasStages,
  isServicePath,
  saidByService,
  documentCurve,
  type Engine,
  type LoadCurve,
  type RetrievalAnswer,
  type ServiceAnswer,
} from "../service/index.ts";
import { parseSetting, readSpecFile, type SpecSet } from "../spec/index.ts";
import { printJson, printText } from "./output.ts";
import { dataToStdout } from "./print.ts";
import { retrievalText } from "./service/retrieval-text.ts";
import { serviceText } from "./service/text.ts";
import { collect, loadSpecs } from "./specs.ts";

interface Options {
  readonly devices?: number | "auto";
  readonly engine?: Engine;
  readonly set: readonly string[];
  readonly region?: string;
  readonly seed?: number;
  readonly format: "table" | "json" | "svg";
  readonly json?: boolean;
}

export function addServiceCommand(program: Command): void {
  program
    .command("service")
    .description("A language model as it is served: times, energy and carbon of requests, on one or many devices.")
    .argument("<model>", "model preset or file")
    .argument("<hardware>", "hardware preset or file")
    .argument("<service>", "service file (`ecotile schema service` lists its keys)")
    .option("--devices <number>", "devices in all, or auto: the fewest that keep load and level", devicesOf)
    .addOption(
      new Option(
        "--engine <what>",
        "events: requests one by one; steady: the closed form, means alone (default: events)",
      ).choices(ENGINES),
    )
    .option(
      "--set <path=value>",
      "change a field of the service, as parallel.tensor=8, or one of `ecotile schema`; may be repeated",
      collect,
      [],
    )
    .option("--region <name>", "region of use (`ecotile presets regions`)")
    .option("--seed <number>", "of the requests that are drawn (default: 0)", wholeNumber)
    .addOption(
      new Option(
        "--format <what>",
        "svg: latency and carbon over the load, in closed form, with points of --engine events",
      )
        .choices(["table", "json", "svg"])
        .default("table"),
    )
    .option("--json", "the same as --format json")
    .addHelpText(
      "after",
      `
Example:
  ecotile service llama-3-8b h100 examples/service/chat.yaml
  ecotile service llama-3-8b h100 examples/service/chat.yaml --set arrival.rate=40/s --devices auto
  ecotile service llama-3-8b h100 examples/service/chat.yaml --format svg > load.svg

A load that does not fit is answered with what fits, exit 0.`,
    )
    .action(run);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("must be a whole number of at least 0.");
}

function devicesOf(text: string): number | "auto" {
  if (text === "auto") return text;
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError("must be a whole number from 1 to 1000000, or auto.");
}

async function run(model: string, hardware: string, file: string, options: Options): Promise<void> {
  const isOfService = (text: string): boolean => isServicePath(text.split("=", 1)[0]!.trim());
  const others = options.set.filter((text) => !isOfService(text));
  const document = readSpecFile(file);
  const misplaced = saidByService(
    others.map((text) => text.split("=", 1)[0]!.trim()),
    hasStages(document),
  );
  if (misplaced.length > 0) throw new SpecError(misplaced);
  const specs = loadSpecs(model, hardware, others, options.region);
  const { devices, engine, seed } = options;
  const ofService = options.set.filter(isOfService).map(parseSetting);
  const asked = { devices, engine, seed };
  const format = options.json === true ? "json" : options.format;
  if (format === "svg") {
    const curve = documentCurve(specs, document, ofService, asked, engine === "events");
    if (curve !== null) return void dataToStdout(await drawn(curve, specs));
  }
  const answer = answerDocument(specs, document, ofService, asked);
  if (format === "json") return printJson(answerJson(answer));
  if (format === "svg") throw new InputError(`There is no picture of it: ${answer.violations[0]!.detail}.`);
  const names = { model: specs.model.name, hardware: specs.hardware.name, deployment: specs.deployment };
  printText(answer.kind === "retrieval" ? retrievalText(answer, names) : serviceText(answer, names), false);
}

/** The chart library takes half a second to load, so only the command that draws loads it. */
async function drawn(curve: LoadCurve<ServiceAnswer | RetrievalAnswer>, specs: SpecSet): Promise<string> {
  const { loadSvg } = await import("./service/load-chart.ts");
  return loadSvg(curve, `${specs.model.name} on ${specs.hardware.name}`);
}
