export { exp, expm1, log, power, square } from "./elementary.ts";
export { powerOfTwo } from "./powers-of-two.ts";
