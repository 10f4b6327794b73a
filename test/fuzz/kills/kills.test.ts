import { expect, it } from "vitest";
import { runKills } from "./run.mjs";

/* Longer: `npm run fuzz -- kills --cases 20 --seed 7`. */
const CASES = 1;
const SEED = 20_260_128;

it(`searches killed at any moment (seed ${SEED}) go on to the same bytes, and make no more anew than was under way`, async () => {
  const kills: unknown[] = [];
  await runKills({
    cases: CASES,
    seed: SEED,
    onKill: ({ strategy, text, fault }) => {
      console.log(text);
      kills.push({ strategy, fault });
    },
  });
  const each = (strategy: string) => Array.from({ length: CASES }, () => ({ strategy, fault: null }));
  expect(kills).toEqual([...each("exact"), ...each("nsga2")]);
}, 600_000);
