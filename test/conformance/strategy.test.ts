import { createStrategy, STRATEGY_NAMES } from "../../src/search/strategies/index.ts";
import { strategyConformance } from "./strategy.ts";

for (const name of STRATEGY_NAMES) strategyConformance(name, (options) => createStrategy(name, options));
