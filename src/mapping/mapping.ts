import type { Dataflow } from "../spec/hardware.ts";

export interface Tile {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** Loop order, outermost first, for example ["n", "m", "k"]. */
export type LoopOrder = readonly [keyof Tile, keyof Tile, keyof Tile];

/**
 * How one GEMM runs on one accelerator, from DRAM inwards. Sizes are those of a full tile; the last tile along a
 * dimension is smaller where the size does not divide. A level that the hardware lacks has a null tile.
 */
export interface Mapping {
  /** Over how many cores batch elements, and m, n and k of each outer tile, are shared out; 1: not shared out. */
  readonly coreSplit: { readonly b: number; readonly m: number; readonly n: number; readonly k: number };
  /** Over how many arrays of a core batch elements, and m and n of each tile of its local buffer, are shared out. */
  readonly arraySplit: { readonly b: number; readonly m: number; readonly n: number };
  /** Batch elements that share an array, each on rows and columns of its own. */
  readonly packed: number;
  readonly globalTile: Tile | null;
  /** Order of the loops over tiles of the outermost buffer. */
  readonly dramOrder: LoopOrder;
  readonly localTile: Tile | null;
  /** Order of the loops within such a tile: over local tiles, or, without a local buffer, over array tiles. */
  readonly globalOrder: LoopOrder;
  /** Where the array is fed straight from the innermost buffer: what it does between two fetches, one fold. Else null. */
  readonly arrayTile: Tile | null;
  readonly dataflow: Dataflow;
  /** Steps that the registers keep an operand for: the register tile in units of `spatial`. */
  readonly registerTile: Tile;
  /** What the array does in one cycle: extents unrolled over the rows and over the columns. */
  readonly spatial: { readonly rows: Tile; readonly cols: Tile };
  /** Operand that goes past the local buffer, from the global buffer straight into the PE registers; null: none. */
  readonly bypass: "input" | "weight" | null;
  /**
   * Operands that the outermost buffer keeps whole, tile by tile as it comes, until the batch step is done; only such as would
   * come again, were they not kept.
   */
  readonly kept: { readonly input: boolean; readonly weight: boolean; readonly output: boolean };
  /** Which operands are double buffered at each level; the others stall while they are replaced. */
  readonly doubleBuffered: {
    readonly global: { readonly input: boolean; readonly weight: boolean; readonly output: boolean };
    readonly local: { readonly input: boolean; readonly weight: boolean; readonly output: boolean };
  };
}
