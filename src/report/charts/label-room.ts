import type { AxisRange } from "./axes.ts";

/** A label beside a point: where it stands, and what it says. */
export interface Label {
  readonly value: readonly [x: number, y: number, text: string];
  readonly side: "below" | "right";
}

/** Of labels of 11 px: px of a letter, of a line, and from the middle of the point. */
const LETTER = 6.2;
const LINE = 14;
const BELOW = 18;
const BESIDE = 11;

/**
 * Which labels have room beside those before them; the others' points have their text when they are pointed at.
 *
 * @param width of the plot, px; likewise `height`
 */
export function labelsWithRoom(
  labels: readonly Label[],
  across: AxisRange,
  upwards: AxisRange,
  width: number,
  height: number,
): readonly boolean[] {
  const taken: (readonly [left: number, top: number, right: number, bottom: number])[] = [];
  return labels.map(({ value: [x, y, text], side }) => {
    const at = ((x - across.min) / (across.max - across.min)) * width;
    const from = ((upwards.max - y) / (upwards.max - upwards.min)) * height;
    const long = text.length * LETTER;
    const left = side === "right" ? at + BESIDE : at - long / 2;
    const middle = side === "below" ? from + BELOW : from;
    const box = [left, middle - LINE / 2, left + long, middle + LINE / 2] as const;
    const isFree = taken.every((each) => box[0] > each[2] || box[2] < each[0] || box[1] > each[3] || box[3] < each[1]);
    if (isFree) taken.push(box);
    return isFree;
  });
}
