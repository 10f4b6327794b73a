import { didYouMean, editDistance } from "../errors/index.ts";
import type { UnitFailure } from "../units/index.ts";

/** `Did you mean "64 KiB" or "64 kB"?`; null: nothing. */
function anyOf(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : `Did you mean ${texts.map((text) => `"${text}"`).join(" or ")}?`;
}

/** Letters that may be wrong in a unit, by its length: in a short one any other letter makes another unit. */
const typosIn = (unit: string): number => (unit.length < 4 ? 0 : unit.length < 8 ? 1 : 2);

/** Advice for an amount whose unit cannot be read. */
export function unitHint({ unit, allowed, meant }: UnitFailure): string | null {
  if (meant.length > 0 || unit === "") return anyOf(meant);
  const near = allowed
    .filter((known) => known.startsWith(unit.slice(0, 1)))
    .map((known) => ({ known, distance: editDistance(unit, known) }))
    .filter(({ distance }) => distance <= typosIn(unit))
    .sort((a, b) => a.distance - b.distance);
  const [first, second] = near;
  // Of two that are as near, one would be wrong by a factor.
  return first === undefined || first.distance === second?.distance ? null : anyOf([first.known]);
}

/**
 * Other words for keys, parts of paths and metrics, as people and other tools say them: small letters, without signs between words.
 * A word may have several meanings; only those that are allowed in its place are told.
 */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  sram: ["globalBuffer", "localBuffer", "globalBuffer.size", "localBuffer.size"],
  buffer: ["globalBuffer", "localBuffer", "globalBuffer.size", "localBuffer.size"],
  glb: ["globalBuffer", "globalBuffer.size"],
  l2: ["globalBuffer", "globalBuffer.size"],
  l1: ["localBuffer", "localBuffer.size"],
  scratchpad: ["localBuffer", "localBuffer.size"],
  spad: ["localBuffer", "localBuffer.size"],
  memory: ["dram", "dram.capacity"],
  hbm: ["dram", "dram.type"],
  bw: ["bandwidth"],
  launchoverhead: ["runtime"],
  frequency: ["clock"],
  freq: ["clock"],
  technology: ["node", "technology.profile"],
  process: ["node"],
  height: ["rows"],
  width: ["cols"],
  columns: ["cols"],
  hiddensize: ["hidden"],
  intermediatesize: ["ffn"],
  mlp: ["ffn"],
  depth: ["layers"],
  numlayers: ["layers"],
  numhiddenlayers: ["layers"],
  numheads: ["heads"],
  numattentionheads: ["heads"],
  numkeyvalueheads: ["kvHeads"],
  headdim: ["headSize"],
  vocabsize: ["vocabulary"],
  seqlen: ["tokens"],
  sequencelength: ["tokens"],
  maxpositionembeddings: ["maxPositions"],
  batchsize: ["batch", "deployment.batch"],
  batch: ["deployment.batch"],
  duty: ["deployment.duty"],
  utilisation: ["deployment.duty"],
  utilization: ["deployment.duty"],
  region: ["deployment.region"],
  grid: ["deployment.region", "deployment.gridIntensity"],
  pingpong: ["doubleBuffer"],
  doublebuffered: ["doubleBuffer"],
  macs: ["array.rows", "array.cols"],
  pes: ["array.rows", "array.cols"],
  throughput: ["array.rows", "array.cols", "clock"],
  years: ["lifetime", "deployment.lifetime"],
  life: ["lifetime", "deployment.lifetime"],
  requests: ["rate", "deployment.rate"],
  qps: ["rate", "deployment.rate"],
  delay: ["latency"],
  time: ["latency"],
  runtime: ["latency"],
  tops: ["peak", "array.rows", "array.cols", "clock"],
  power: ["peak-power"],
  tdp: ["peak-power"],
  ed2: ["ed2p"],
  co2: ["carbon"],
  footprint: ["carbon"],
};

const plain = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, "");

/** Names that are another word for this one, or for a part of a path. */
function synonymsOf(word: string): readonly string[] {
  const of = (part: string): readonly string[] => (Object.hasOwn(SYNONYMS, part) ? SYNONYMS[part]! : []);
  const parts = word.split(".");
  const inPath = parts.flatMap((part, i) => of(plain(part)).map((name) => parts.with(i, name).join(".")));
  return [...new Set([...of(plain(word)), ...inPath])];
}

/** `Did you mean "rows"?`: another word for it, else the nearest by its letters; null: nothing is near. */
export function nameHint(word: string, allowed: readonly string[]): string | null {
  const meant = word.length > 100 ? [] : synonymsOf(word).filter((name) => allowed.includes(name));
  return meant.length > 0 ? anyOf(meant) : didYouMean(word, allowed);
}
