import { naturalLog } from "./elementary.ts";
import type { Subject, TowerShape } from "./subject.ts";

/** Columns whose range is watched, with their value in one model. */
export function watchedValues({
  text,
  vision,
  training,
}: Subject): readonly (readonly [column: string, value: number])[] {
  const found: (readonly [string, number])[] = [];
  const add = (name: string, tower: TowerShape): void => {
    found.push([`${name}_layers`, tower.layers], [`${name}_hidden`, tower.hidden]);
    found.push([`${name}_ffn`, tower.ffn], [`${name}_heads`, tower.heads]);
  };
  if (text) add("text", text);
  if (vision) {
    add("vision", vision);
    found.push(["vision_patches", vision.patches]);
  }
  if (training?.samplesSeen) found.push(["samples_seen", training.samplesSeen]);
  return found;
}

export interface Outside {
  readonly columns: readonly string[];
  /** Sum of |ln(value / limit)| over those columns. */
  readonly distance: number;
}

/** Columns outside the range seen. A rounding of one part in a hundred is not outside. */
export function outsideRanges(ranges: Readonly<Record<string, readonly [number, number]>>, subject: Subject): Outside {
  const columns: string[] = [];
  let distance = 0;
  for (const [column, value] of watchedValues(subject)) {
    const [low, high] = ranges[column] ?? [value, value];
    if (value >= low * 0.99 && value <= high * 1.01) continue;
    columns.push(column);
    distance += Math.abs(naturalLog(value / (value < low ? low : high)));
  }
  return { columns, distance };
}
