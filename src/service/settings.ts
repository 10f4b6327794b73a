import { problemOf, type Problem } from "../errors/index.ts";

const SECTIONS = ["requests", "arrival", "level", "server", "parallel", "network", "quality"];

/** Whether a path of `--set` is one of the service file. */
export const isServicePath = (path: string): boolean => SECTIONS.includes(path.split(".", 1)[0]!);

/** What a service says itself, so that setting it elsewhere would change nothing. */
const SAID_BY_SERVICE: Readonly<Record<string, string>> = {
  "deployment.rate": "arrival says how many requests come",
  "deployment.duty": "arrival says how many requests come",
  "deployment.inferences": "arrival says how many requests come",
  "deployment.batch": "the server makes its batches itself",
  "deployment.canWait": "requests of a service do not wait for a cleaner hour",
  "deployment.share": "the devices of a service are its own",
  "model.contextTokens": "requests.prompt says how long they are",
  "model.generatedTokens": "requests.output says how long answers are",
  "model.text.tokens": "requests.prompt says how long they are",
};

/** Lengths of inputs that stages have from their models. */
const OF_STAGES = new Set(["model.text.tokens"]);

/** Problems of paths that a service says itself. */
export function saidByService(paths: readonly string[], isOfStages: boolean): readonly Problem[] {
  return paths.flatMap((path) => {
    if (isOfStages && OF_STAGES.has(path)) return [];
    const why = SAID_BY_SERVICE[path];
    if (why === undefined) return [];
    return [problemOf(`--set ${path}`, "spec/does-not-fit", `${path} cannot be set here: ${why}.`)];
  });
}
