import { problemOf, type Problem } from "../errors/index.ts";
import type { Setting } from "./settings.ts";

/** What a product on a machine does not look at. */
const ELSEWHERE = [
  ["model.", "this command takes no model"],
  ["quantisation.", "this command takes no model"],
  ["sparsity.", "this command takes no model"],
  ["deployment.", "this command does not look at the deployment"],
  ["schedule.", "this command runs one product by itself, or with schedule.prefetch in a stream of equal ones"],
] as const;

/** What is wrong with a setting of a machine that runs single products: it changes what is not looked at. */
export function problemsOnMachine({ path }: Setting): readonly Problem[] {
  const found = path === "schedule.prefetch" ? undefined : ELSEWHERE.find(([start]) => path.startsWith(start));
  if (found === undefined) return [];
  return [problemOf(`--set ${path}`, "spec/does-not-fit", `${path} cannot be set here: ${found[1]}.`)];
}
