import { normalBelow } from "../normal.ts";
import { factorOf, type ModelPair } from "./differences.ts";

/** Percentage points between which pairs are counted. */
const EDGES = [0, 0.5, 1, 2, 4, Infinity] as const;
const isRight = ({ predicted, measured }: ModelPair): boolean => predicted * measured > 0;

/** Of a pair the probability that its likelier order is the true one. */
export function confidenceOf({ predicted, variance }: ModelPair, factor: number): number {
  return normalBelow(Math.abs(predicted) / Math.sqrt(factor * variance));
}

/** Wilson's interval of a share, 90 %. */
export function shareInterval(count: number, of: number): readonly [low: number, high: number] {
  const z = 1.645;
  const share = count / of;
  const middle = share + (z * z) / (2 * of);
  const width = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [(middle - width) / scale, (middle + width) / scale];
}

/** Markdown table of pairs by how far apart they are, as docs/accuracy.md shows it. Metrics with a handful of pairs are left out. */
export function pairTable(pairs: ReadonlyMap<string, readonly ModelPair[]>): string {
  const lines = [...pairs]
    .filter(([, all]) => all.length > 20)
    .map(([metric, all]) => {
      const factor = factorOf(all);
      const ordered = EDGES.slice(1).map((high, k) => {
        const own = all.filter(({ apart }) => apart >= EDGES[k]! && apart < high);
        return share(own.filter(isRight).length, own.length);
      });
      const sure = all.filter((pair) => confidenceOf(pair, factor) >= 0.9);
      const far = all.filter(({ apart }) => apart >= 3);
      const found = far.filter((pair) => isRight(pair) && confidenceOf(pair, factor) >= 0.9);
      return `| ${[`\`${metric}\``, ...ordered, share(sure.filter(isRight).length, sure.length), share(found.length, far.length)].join(" | ")} |`;
    });
  return [
    "| metric | under 0.5 points | 0.5–1 | 1–2 | 2–4 | over 4 | right of P ≥ 0.9 | P ≥ 0.9 and right, 3 points and more |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

function share(count: number, of: number): string {
  if (of === 0) return "–";
  const [low, high] = shareInterval(count, of);
  return `${count}/${of} (${low.toFixed(2)}–${high.toFixed(2)})`;
}
