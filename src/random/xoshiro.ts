/**
 * xoshiro128** 1.1 (Blackman and Vigna): 32 bits a step from four 32-bit words of state, integer arithmetic only.
 *
 * @source https://prng.di.unimi.it/xoshiro128starstar.c, public domain
 * Checked: test/unit/random/xoshiro.test.ts, against the output of the reference C code.
 */
export type XoshiroState = Uint32Array;

/** Advances `state` (4 words, not all zero) by one step. @returns a whole number in [0, 2^32) */
export function nextUint32(state: XoshiroState): number {
  const s1 = state[1]!;
  const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
  const t = s1 << 9;
  state[2]! ^= state[0]!;
  state[3]! ^= s1;
  state[1]! ^= state[2]!;
  state[0]! ^= state[3]!;
  state[2]! ^= t;
  state[3] = rotateLeft(state[3]!, 11);
  return result;
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
