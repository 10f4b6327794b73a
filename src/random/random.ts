import { deriveSeed, splitmix64 } from "./splitmix.ts";
import { nextUint32 } from "./xoshiro.ts";

/**
 * A stream of random numbers: the same seed and stream path give the same numbers on every platform. It has state;
 * whoever needs independent numbers makes another with another path.
 */
export interface Random {
  /** Whole number in [0, 2^32). */
  uint32(): number;
  /** Whole number in [0, bound), each equally likely. @param bound whole, 1 to 2^53 */
  below(bound: number): number;
  /** As `below`, for any bound ≥ 1. */
  belowBig(bound: bigint): bigint;
  /** Multiple of 2^-53 in [0, 1). */
  float(): number;
  /** True once in `denominator` times, `numerator` times as often. */
  chance(numerator: number, denominator: number): boolean;
  /** One of the items, each equally likely. @param items at least one */
  pick<Item>(items: readonly Item[]): Item;
  /** The items in random order, every order equally likely. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 2 ** 53;

/**
 * @param seed    whole number; a bigint is taken modulo 2^64
 * @param streams whole numbers ≥ 0 that name the stream, for example the trial number
 */
export function createRandom(seed: number | bigint, ...streams: readonly number[]): Random {
  const word = deriveSeed(BigInt.asUintN(64, wholeBigInt(seed)), streams.map(wholeBigInt));
  const state = Uint32Array.from(
    splitmix64(word, 2).flatMap((half) => [Number(half & 0xffffffffn), Number(half >> 32n)]),
  );
  if (state.every((w) => w === 0)) state[0] = 1;
  return fromState(state);
}

function fromState(state: Uint32Array): Random {
  const uint32 = (): number => nextUint32(state);
  const uint53 = (): number => (uint32() >>> 11) * TWO_32 + uint32();
  const below = (bound: number): number => {
    if (!Number.isSafeInteger(bound - 1) || bound < 1) throw new RangeError(`below(${bound}): need a whole number ≥ 1`);
    // Values past the last whole multiple of the bound are thrown away, which leaves no bias.
    const range = bound <= TWO_32 ? TWO_32 : TWO_53;
    const limit = range - (range % bound);
    for (;;) {
      const value = range === TWO_32 ? uint32() : uint53();
      if (value < limit) return value % bound;
    }
  };
  const belowBig = (bound: bigint): bigint => {
    if (bound <= BigInt(TWO_53)) return BigInt(below(Number(bound)));
    const words = Math.ceil(bound.toString(2).length / 32);
    const range = 1n << BigInt(32 * words);
    const limit = range - (range % bound);
    for (;;) {
      let value = 0n;
      for (let i = 0; i < words; i += 1) value = (value << 32n) | BigInt(uint32());
      if (value < limit) return value % bound;
    }
  };
  return {
    uint32,
    below,
    belowBig,
    float: () => uint53() / TWO_53,
    chance: (numerator, denominator) => below(denominator) < numerator,
    pick: (items) => {
      if (items.length === 0) throw new RangeError("pick: nothing to pick from");
      return items[below(items.length)]!;
    },
    shuffle: (items) => {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i -= 1) {
        const j = below(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      return shuffled;
    },
  };
}

function wholeBigInt(value: number | bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new RangeError(`${value} is not a whole number below 2^53`);
  return BigInt(value);
}
