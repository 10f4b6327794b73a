import type { Random } from "../../random/index.ts";
import { predict, type Forest, type Tree } from "./forest.ts";

/** What a parameter explains of the variance of a metric over the space, each value of each parameter equally likely. */
export interface SobolIndex {
  /** Alone: V(E[f | x]) / V(f) (Sobol' 1993). */
  readonly first: number;
  /** With all that it does together with others: E[V(f | all but x)] / V(f) (Homma and Saltelli 1996). */
  readonly total: number;
  /** E[f | x] at each of its values, in the metric's unit. */
  readonly marginal: readonly number[];
}

/** Designs that the total indices are averaged over. */
const SAMPLES = 512;

/**
 * First-order and total Sobol' indices of what a forest predicts. Marginals are exact sums over the boxes of its leaves (Hutter, Hoos and
 * Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML 2014), here of the mean of the trees; variances
 * beside them are means over designs drawn at random.
 *
 * @param levels number of values of each parameter
 * @returns null where the forest predicts one value everywhere
 */
export function sobolIndices(
  forest: Forest,
  levels: readonly number[],
  random: Random,
  samples: number = SAMPLES,
): readonly SobolIndex[] | null {
  const marginals = levels.map((count) => new Float64Array(count));
  for (const tree of forest.trees) addMarginals(tree, levels, marginals);
  for (const marginal of marginals) marginal.forEach((sum, level) => (marginal[level] = sum / forest.trees.length));

  const at = (places: readonly number[]): number =>
    forest.trees.reduce((sum, tree) => sum + predict(tree, (feature) => places[feature]!), 0) / forest.trees.length;
  const drawn: number[] = [];
  const alone = levels.map(() => 0);
  for (let i = 0; i < samples; i += 1) {
    const places = levels.map((count) => random.below(count));
    drawn.push(at(places));
    levels.forEach((count, feature) => {
      if (count < 2) return;
      const line = Array.from({ length: count }, (_, level) => at(places.with(feature, level)));
      alone[feature]! += varianceOf(line);
    });
  }
  const variance = varianceOf(drawn);
  if (!(variance > 0)) return null;
  return marginals.map((marginal, feature) => ({
    first: varianceOf([...marginal]) / variance,
    total: alone[feature]! / samples / variance,
    marginal: [...marginal],
  }));
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) * (value - mean)));
}

/** Adds E[f | x = level] of a tree, for every parameter and level. */
function addMarginals(tree: Tree, levels: readonly number[], marginals: readonly Float64Array[]): void {
  const [from, to] = [levels.map(() => 0), [...levels]];
  const visit = (node: number): void => {
    const feature = tree.feature[node]!;
    if (feature >= 0) {
      const [first, last, at] = [from[feature]!, to[feature]!, tree.at[node]!];
      to[feature] = at;
      visit(tree.left[node]!);
      [from[feature], to[feature]] = [at, last];
      visit(tree.right[node]!);
      from[feature] = first;
      return;
    }
    const shares = levels.map((count, each) => (to[each]! - from[each]!) / count);
    const whole = shares.reduce((product, share) => product * share, 1);
    marginals.forEach((marginal, each) => {
      const value = (tree.value[node]! * whole) / shares[each]!;
      for (let level = from[each]!; level < to[each]!; level += 1) marginal[level]! += value;
    });
  };
  visit(0);
}
