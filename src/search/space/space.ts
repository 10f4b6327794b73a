import { SearchError } from "../errors.ts";
import type { Point } from "../types.ts";
import { controllersOf, createCounter, exists } from "./count.ts";
import { checkParameters, isOrdered, type Parameter, type Value } from "./parameter.ts";

/**
 * Value index of each parameter, in the order of the space; -1 where a condition leaves the parameter out. Strategies
 * work on these; points are for everyone else.
 */
export type Genes = Int32Array;

/** A finite set of points, numbered 0, 1, … size − 1 in the order of the parameters, the last one fastest. */
export interface Space {
  readonly parameters: readonly Parameter[];
  /** Whether the values of each parameter can be stepped through. */
  readonly ordered: readonly boolean[];
  /** Number of points, exact. */
  readonly size: bigint;
  /** The genes of point number `index`, 0 ≤ index < size. */
  genesAt(index: bigint): Genes;
  /** Inverse of `genesAt`. */
  indexOf(genes: Genes): bigint;
  /** @throws SearchError `search/not-in-space` */
  encode(point: Point): Genes;
  decode(genes: Genes): Point;
  /** Makes any indices legal in place: left-out parameters −1, missing ones 0. @returns the same array */
  repair(genes: Genes): Genes;
}

/** @throws SearchError `search/bad-space` */
export function createSpace(parameters: readonly Parameter[]): Space {
  checkParameters(parameters);
  const controllers = controllersOf(parameters);
  const counter = createCounter(parameters);
  const existsAt = (at: number, genes: Genes): boolean => exists(parameters, controllers, at, genes);
  const empty = (): Genes => new Int32Array(parameters.length).fill(-1);
  const size = counter.ways(0, empty());
  const paths = new Set(parameters.map(({ path }) => path));

  const genesAt = (index: bigint): Genes => {
    if (index < 0n || index >= size) throw new RangeError(`point ${index} of a space of ${size}`);
    const genes = empty();
    let rest = index;
    for (let at = 0; at < parameters.length; at += 1) {
      if (!existsAt(at, genes)) continue;
      genes[at] = 0;
      for (let ways = counter.ways(at + 1, genes); rest >= ways; ways = counter.ways(at + 1, genes)) {
        rest -= ways;
        genes[at]! += 1;
      }
    }
    return genes;
  };

  const indexOf = (genes: Genes): bigint => {
    const prefix = genes.slice();
    let index = 0n;
    for (let at = 0; at < parameters.length; at += 1) {
      for (let i = 0; i < genes[at]!; i += 1) {
        prefix[at] = i;
        index += counter.ways(at + 1, prefix);
      }
      prefix[at] = genes[at]!;
    }
    return index;
  };

  const encode = (point: Point): Genes => {
    const genes = empty();
    const unknown = Object.keys(point).find((path) => !paths.has(path));
    if (unknown !== undefined) throw notInSpace(`${unknown} is not a parameter`);
    parameters.forEach(({ path, values }, at) => {
      const value = Object.hasOwn(point, path) ? point[path] : undefined;
      if (existsAt(at, genes) !== (value !== undefined))
        throw notInSpace(value === undefined ? `${path} is missing` : `${path} does not exist for this point`);
      if (value === undefined) return;
      genes[at] = values.indexOf(value);
      if (genes[at] < 0) throw notInSpace(`${path} is never ${String(value)}`);
    });
    return genes;
  };

  const decode = (genes: Genes): Point => {
    const point: Record<string, Value> = {};
    for (let at = 0; at < parameters.length; at += 1) {
      const { path, values } = parameters[at]!;
      if (genes[at]! >= 0) point[path] = values[genes[at]!]!;
    }
    return point;
  };

  const repair = (genes: Genes): Genes => {
    for (let at = 0; at < parameters.length; at += 1) {
      if (!existsAt(at, genes)) genes[at] = -1;
      else if (genes[at]! < 0) genes[at] = 0;
    }
    return genes;
  };

  return { parameters, ordered: parameters.map(isOrdered), size, genesAt, indexOf, encode, decode, repair };
}

function notInSpace(message: string): SearchError {
  return new SearchError("search/not-in-space", message);
}
