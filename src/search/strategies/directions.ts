/**
 * Das–Dennis reference directions: all points of the unit simplex whose coordinates are multiples of 1 / divisions, as
 * many divisions as keep their number within `limit` (at least the corners).
 */
export function referenceDirections(objectiveCount: number, limit: number): readonly (readonly number[])[] {
  if (objectiveCount <= 1) return [[1]];
  let divisions = 1;
  while (countDirections(objectiveCount, divisions + 1) <= limit) divisions += 1;
  return compositions(objectiveCount, divisions).map((parts) => parts.map((part) => part / divisions));
}

/** (objectives + divisions − 1) choose divisions. */
function countDirections(objectiveCount: number, divisions: number): number {
  let count = 1;
  for (let i = 1; i < objectiveCount; i += 1) count = (count * (divisions + i)) / i;
  return count;
}

/** All ways to write `total` as an ordered sum of `parts` whole numbers ≥ 0. */
function compositions(parts: number, total: number): readonly (readonly number[])[] {
  if (parts === 1) return [[total]];
  return Array.from({ length: total + 1 }, (_, first) =>
    compositions(parts - 1, total - first).map((rest) => [first, ...rest]),
  ).flat();
}
