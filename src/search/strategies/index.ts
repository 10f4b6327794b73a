import { SearchError } from "../errors.ts";
import type { Strategy } from "../types.ts";
import { createBayesian } from "../bayesian/strategy.ts";
import { createNsga2 } from "./nsga2.ts";
import { createNsga3 } from "./nsga3.ts";
import type { StrategyOptions } from "./options.ts";
import { createRandomStrategy } from "./random.ts";

export { createNsga2 } from "./nsga2.ts";
export { createNsga3 } from "./nsga3.ts";
export type { GreyBox } from "../bayesian/grey-box.ts";
export { createRandomStrategy } from "./random.ts";
export type { StrategyOptions } from "./options.ts";

const STRATEGIES: Readonly<Record<string, (options: StrategyOptions) => Strategy>> = {
  nsga2: createNsga2,
  nsga3: createNsga3,
  random: createRandomStrategy,
  bayesian: createBayesian,
};

/** Built-in strategies that sample, by name. */
export const STRATEGY_NAMES: readonly string[] = Object.keys(STRATEGIES);

/** @throws SearchError `search/unknown-strategy`, listing those there are */
export function createStrategy(name: string, options: StrategyOptions): Strategy {
  const create = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (create === undefined)
    throw new SearchError("search/unknown-strategy", `no strategy ${name}; there are: ${STRATEGY_NAMES.join(", ")}`);
  return create(options);
}
