/** The products that every host of this folder runs. */
export const products = Array.from({ length: 1000 }, (_, i) => ({
  batch: 1,
  m: 1 + ((37 * i) % 512),
  n: 1 + ((101 * i) % 1024),
  k: 1 + ((211 * i) % 768),
  sharedB: false,
}));
