/**
 * SplitMix64: turns a 64-bit seed into well-mixed words. Used for seeding only, so it may be as slow as BigInt is; engines compute
 * BigInt.asUintN(64, …) in machine words, which takes a third of the time of a mask.
 *
 * @source https://prng.di.unimi.it/splitmix64.c, public domain
 * Checked: test/unit/random/splitmix.test.ts, against the output of the reference C code.
 */
const GOLDEN = 0x9e3779b97f4a7c15n;

/** The finaliser: a bijection of 64-bit words. */
export function mix64(word: bigint): bigint {
  let z = BigInt.asUintN(64, word);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

/** The first `count` outputs of SplitMix64 started at `seed`. */
export function splitmix64(seed: bigint, count: number): readonly bigint[] {
  const words: bigint[] = [];
  for (let i = 1; i <= count; i += 1) words.push(mix64(seed + BigInt(i) * GOLDEN));
  return words;
}

/**
 * One 64-bit word from a seed and a path of stream numbers. Every step is a bijection of the state for a fixed stream
 * and of the stream for a fixed state, so neighbouring seeds and streams do not collide.
 */
export function deriveSeed(seed: bigint, streams: readonly bigint[]): bigint {
  let state = mix64(seed + GOLDEN);
  for (const stream of streams) state = mix64(state ^ mix64(stream + 2n * GOLDEN));
  return state;
}
