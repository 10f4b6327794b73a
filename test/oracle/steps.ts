import type { Mapping, Tile } from "../../src/mapping/mapping.ts";
import type { GemmProblem } from "../../src/sim/types.ts";

/** One inner step: which tiles it needs, by name, and how large they are on each core. */
export interface Step {
  /** The inner tile on each core; a core without work has no elements or an extent of 0. */
  readonly cores: readonly Chunk[];
  /** Extents of the outer tile, and how many batch elements it holds at once. */
  readonly outer: Tile;
  readonly outerBatch: number;
  readonly opensOuterTile: boolean;
  /** Indices of the inner loops. */
  readonly inner: Tile;
  /** Two steps with the same name use the same tile. */
  readonly innerName: Names;
  readonly outerName: Names;
  /** Outer index of the dimension that the operand does not depend on. */
  readonly outerFree: { readonly input: number; readonly weight: number };
  /** Outer k index 0. */
  readonly isFirstOuterK: boolean;
  readonly isFirstK: boolean;
  readonly isLastK: boolean;
  readonly isLastInnerK: boolean;
  /** Whether the outer output goes once this outer tile is done: its k is complete, or others come in between. */
  readonly outerOutputLeaves: boolean;
}

interface Names {
  readonly input: string;
  readonly weight: string;
  readonly output: string;
}

/** The whole GEMM: where B is shared by the batch, the batch is folded into m. */
export function folded(problem: GemmProblem): Tile & { readonly batch: number } {
  const { batch, m, n, k } = problem;
  return problem.sharedB ? { batch: 1, m: batch * m, n, k } : { batch, m, n, k };
}

/** Pieces of an extent, the last of them what is left. */
function pieces(extent: number, size: number): number[] {
  const result: number[] = [];
  for (let at = 0; at < extent; at += size) result.push(Math.min(size, extent - at));
  return result;
}

/** Visits the loop nest in the given order, outermost first. */
function nest(order: Mapping["dramOrder"], turns: Tile, visit: (at: Tile) => void): void {
  const [first, second, third] = order;
  for (let i = 0; i < turns[first]; i++) {
    for (let j = 0; j < turns[second]; j++) {
      for (let l = 0; l < turns[third]; l++) {
        const at = { m: 0, n: 0, k: 0 };
        at[first] = i;
        at[second] = j;
        at[third] = l;
        visit(at);
      }
    }
  }
}

/** Sizes of full outer and inner tiles, whatever buffers hold them. */
export function tilesOf(mapping: Mapping, whole: Tile): { readonly outer: Tile; readonly inner: Tile } {
  const isDirect = mapping.arrayTile !== null;
  return {
    outer: mapping.globalTile ?? (isDirect ? mapping.localTile : null) ?? whole,
    inner: mapping.arrayTile ?? mapping.localTile ?? whole,
  };
}

/** A core's place in the grid over batch, m, n and k, and what it has of an outer tile. */
export interface Chunk {
  readonly at: Mapping["coreSplit"];
  /** Batch elements, each of the extents that follow. */
  readonly elements: number;
  readonly tile: Tile;
}

/** Batch elements that one core takes at once: those packed on each of the arrays that share the batch out. */
export function elementsOfCore({ packed, arraySplit }: Mapping): number {
  return packed * arraySplit.b;
}

/** The part of each core of an outer tile, of `batchElements` elements: so many of them as its arrays take at once, and chunks of m, n and k. */
export function chunksOf(mapping: Mapping, outer: Tile, batchElements: number): Chunk[] {
  const { coreSplit } = mapping;
  const atOnce = elementsOfCore(mapping);
  const share = (d: keyof Tile, core: number): number => {
    const size = Math.ceil(outer[d] / coreSplit[d]);
    return Math.max(0, Math.min(size, outer[d] - core * size));
  };
  const chunks: Chunk[] = [];
  for (let b = 0; b < coreSplit.b; b++) {
    for (let m = 0; m < coreSplit.m; m++) {
      for (let n = 0; n < coreSplit.n; n++) {
        for (let k = 0; k < coreSplit.k; k++) {
          chunks.push({
            at: { b, m, n, k },
            elements: Math.max(0, Math.min(atOnce, batchElements - b * atOnce)),
            tile: { m: share("m", m), n: share("n", n), k: share("k", k) },
          });
        }
      }
    }
  }
  return chunks;
}

/** Every inner step of a GEMM in the order in which it runs. */
export function stepsOf(problem: GemmProblem, mapping: Mapping): Step[] {
  const whole = folded(problem);
  const { outer: outerTile, inner: innerTile } = tilesOf(mapping, whole);
  const cuts = {
    m: pieces(whole.m, outerTile.m),
    n: pieces(whole.n, outerTile.n),
    k: pieces(whole.k, outerTile.k),
  };
  const insideOuterK = mapping.dramOrder.slice(mapping.dramOrder.indexOf("k") + 1);
  const outerSumsLeave = !mapping.kept.output && insideOuterK.some((d) => cuts[d].length > 1);
  const steps: Step[] = [];
  const batchAtOnce = mapping.coreSplit.b * elementsOfCore(mapping);
  pieces(whole.batch, batchAtOnce).forEach((batchElements, b) => {
    nest(mapping.dramOrder, { m: cuts.m.length, n: cuts.n.length, k: cuts.k.length }, (o) => {
      const outer = { m: cuts.m[o.m]!, n: cuts.n[o.n]!, k: cuts.k[o.k]! };
      const chunks = chunksOf(mapping, outer, batchElements);
      const turns = {
        m: pieces(chunks[0]!.tile.m, innerTile.m).length,
        n: pieces(chunks[0]!.tile.n, innerTile.n).length,
        k: pieces(chunks[0]!.tile.k, innerTile.k).length,
      };
      let opensOuterTile = true;
      nest(mapping.globalOrder, turns, (i) => {
        steps.push({
          cores: chunks.map(({ at, elements, tile }) => ({
            at,
            elements,
            tile: {
              m: pieces(tile.m, innerTile.m)[i.m] ?? 0,
              n: pieces(tile.n, innerTile.n)[i.n] ?? 0,
              k: pieces(tile.k, innerTile.k)[i.k] ?? 0,
            },
          })),
          outer,
          outerBatch: batchElements,
          opensOuterTile,
          inner: i,
          innerName: names(b, { m: `${o.m}.${i.m}`, n: `${o.n}.${i.n}`, k: `${o.k}.${i.k}` }),
          outerName: outerNames(b, o, mapping.kept),
          outerFree: { input: o.n, weight: o.m },
          isFirstOuterK: o.k === 0,
          isFirstK: o.k === 0 && i.k === 0,
          isLastK: o.k === cuts.k.length - 1 && i.k === turns.k - 1,
          isLastInnerK: i.k === turns.k - 1,
          outerOutputLeaves: o.k === cuts.k.length - 1 || outerSumsLeave,
        });
        opensOuterTile = false;
      });
    });
  });
  return steps;
}

function names(b: number, at: { readonly m: string; readonly n: string; readonly k: string }): Names {
  return {
    input: `b${b} m${at.m} k${at.k}`,
    weight: `b${b} n${at.n} k${at.k}`,
    output: `b${b} m${at.m} n${at.n}`,
  };
}

/** Names of the outer tiles; of what is kept, all tiles of a batch step are one. */
function outerNames(b: number, o: Tile, kept: Mapping["kept"]): Names {
  const apart = names(b, { m: `${o.m}`, n: `${o.n}`, k: `${o.k}` });
  const whole = `b${b}`;
  return {
    input: kept.input ? whole : apart.input,
    weight: kept.weight ? whole : apart.weight,
    output: kept.output ? whole : apart.output,
  };
}

export function hasWork({ elements, tile }: Chunk): boolean {
  return elements > 0 && tile.m > 0 && tile.n > 0 && tile.k > 0;
}
