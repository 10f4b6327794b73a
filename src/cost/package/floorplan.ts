/** Chiplets on an interposer: its sides, mm, and the interfaces between neighbours. */
export interface Floorplan {
  readonly sides: readonly [number, number];
  readonly interfaces: number;
}

/**
 * Floorplan of ECO-CHIP: chiplets are dealt from the smallest to the largest into the lighter of two halves, each half is cut again
 * across, and two halves meet with a gap between them.
 *
 *   a leaf is twice as long as wide        long side of the cut: left + right + gap        short side: the longer of the two
 *   interfaces += ⌈shorter of the two edges that meet / pitch⌉
 *
 * @param areas  mm2 of each chiplet, at least one
 * @param gap    mm between chiplets
 * @param pitch  mm of shared edge for each interface
 * @param axis   along which the first cut puts halves side by side
 * @source ECO-CHIP (HPCA 2024), its slicing floorplan, written anew from its definition
 */
export function slicingFloorplan(areas: readonly number[], gap: number, pitch: number, axis: 0 | 1 = 0): Floorplan {
  const across = axis === 0 ? 1 : 0;
  if (areas.length <= 1) {
    const short = Math.sqrt((areas[0] ?? 0) / 2);
    return { sides: axis === 0 ? [2 * short, short] : [short, 2 * short], interfaces: 0 };
  }
  const halves: [number[], number[]] = [[], []];
  const sums: [number, number] = [0, 0];
  for (const area of [...areas].sort((a, b) => a - b)) {
    const lighter = sums[1] < sums[0] ? 1 : 0;
    halves[lighter].push(area);
    sums[lighter] += area;
  }
  const [left, right] = [
    slicingFloorplan(halves[0], gap, pitch, across),
    slicingFloorplan(halves[1], gap, pitch, across),
  ];
  const along = left.sides[axis] + right.sides[axis] + gap;
  const beside = Math.max(left.sides[across], right.sides[across]);
  const met = Math.ceil(Math.min(left.sides[across], right.sides[across]) / pitch);
  return {
    sides: axis === 0 ? [along, beside] : [beside, along],
    interfaces: left.interfaces + right.interfaces + met,
  };
}
