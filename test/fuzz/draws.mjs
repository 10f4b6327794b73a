/** Draws of one seed and the number of a case: a mulberry32, since a run draws some hundred million numbers. */
export function drawsOf(seed, number = 0) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)) >>> 0;
  /** In [0, 1). */
  const real = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const whole = (least, most) => least + Math.floor(real() * (most - least + 1));
  return {
    real,
    /** From `least` to `most`, each as likely. */
    whole,
    /** The same, each magnitude as likely. */
    size: (least, most) => Math.min(most, Math.floor(least * ((most + 1) / least) ** real())),
    chance: (share) => real() < share,
    pick: (from) => from[whole(0, from.length - 1)],
  };
}
