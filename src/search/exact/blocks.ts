/** Neighbouring options of one tower, with the best value that any of them has in each column of interest. */
export interface Block {
  readonly rows: Int32Array;
  /** One per column, in the order of the columns; lower is better. */
  readonly best: Float64Array;
  /** The option with the highest accuracy, whatever the other tower; -1 where that has no meaning. */
  readonly mostAccurate: number;
  /** Number of the block in the order that never changes. */
  readonly place: number;
}

export const BLOCK = 16;

/** Cuts ordered rows into blocks; `places` gives the fixed block of each row, or null to cut afresh. */
export function createBlocks(
  rows: Int32Array,
  columns: readonly Float64Array[],
  scores: Float64Array | null,
  places: Int32Array | null,
): readonly Block[] {
  const blocks: Block[] = [];
  for (let from = 0; from < rows.length;) {
    const place = places === null ? blocks.length : places[rows[from]!]!;
    let to = from + 1;
    while (to < rows.length && (places === null ? to - from < BLOCK : places[rows[to]!] === place)) to += 1;
    blocks.push(blockOf(rows.slice(from, to), columns, scores, place));
    from = to;
  }
  return blocks;
}

function blockOf(
  rows: Int32Array,
  columns: readonly Float64Array[],
  scores: Float64Array | null,
  place: number,
): Block {
  const best = Float64Array.from(columns, (column) =>
    rows.reduce((least, row) => Math.min(least, column[row]!), Infinity),
  );
  const mostAccurate =
    scores === null ? -1 : rows.reduce((top, row) => (scores[row]! > scores[top]! ? row : top), rows[0]!);
  return { rows, best, mostAccurate, place };
}

/** Best of all blocks of a tower. */
export function mergeBlocks(
  blocks: readonly Block[],
  columns: readonly Float64Array[],
  scores: Float64Array | null,
): Block {
  return blockOf(Int32Array.from(blocks.flatMap(({ rows }) => [...rows])), columns, scores, -1);
}
