import type { Parameter } from "./parameter.ts";

/** Number of ways to complete a point whose first parameters are chosen; -1 stands for "does not exist". */
export interface Counter {
  /** Ways to choose parameters `from`, `from + 1`, … given the value indices of those before. */
  ways(from: number, indices: ArrayLike<number>): bigint;
}

/** Position of each parameter's controller among the parameters; -1: none. */
export function controllersOf(parameters: readonly Parameter[]): readonly number[] {
  return parameters.map(({ when }) => (when === undefined ? -1 : parameters.findIndex((p) => p.path === when.path)));
}

/** Whether parameter `at` exists, given the value indices of the parameters before it. */
export function exists(
  parameters: readonly Parameter[],
  controllers: readonly number[],
  at: number,
  indices: ArrayLike<number>,
): boolean {
  const controller = controllers[at]!;
  if (controller < 0) return true;
  const chosen = indices[controller]!;
  return chosen >= 0 && parameters[at]!.when!.in.includes(parameters[controller]!.values[chosen]!);
}

/**
 * Counts completions exactly. What lies ahead depends only on earlier controllers of later parameters, so results are
 * remembered by their values: without conditions that is one product per position.
 */
export function createCounter(parameters: readonly Parameter[]): Counter {
  const controllers = controllersOf(parameters);
  const relevant = parameters.map((_, from) => [...new Set(controllers.slice(from))].filter((c) => c >= 0 && c < from));
  relevant.push([]);
  const memo = parameters.map(() => new Map<string, bigint>());

  const ways = (from: number, indices: ArrayLike<number>): bigint => {
    if (from === parameters.length) return 1n;
    const key = relevant[from]!.map((c) => indices[c]).join();
    const known = memo[from]!.get(key);
    if (known !== undefined) return known;
    const result = count(from, Int32Array.from(indices));
    memo[from]!.set(key, result);
    return result;
  };

  const count = (from: number, indices: Int32Array): bigint => {
    if (!exists(parameters, controllers, from, indices)) {
      indices[from] = -1;
      return ways(from + 1, indices);
    }
    const size = parameters[from]!.values.length;
    if (!controllers.includes(from)) {
      indices[from] = 0;
      return BigInt(size) * ways(from + 1, indices);
    }
    let total = 0n;
    for (let i = 0; i < size; i += 1) {
      indices[from] = i;
      total += ways(from + 1, indices);
    }
    return total;
  };
  return { ways };
}
