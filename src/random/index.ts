export { createRandom, type Random } from "./random.ts";
export { deriveSeed, mix64, splitmix64 } from "./splitmix.ts";
export { nextUint32, type XoshiroState } from "./xoshiro.ts";
