import { expect, it } from "vitest";
import { runFolders } from "./run.mjs";

/* Longer: `npm run fuzz -- folders --cases 500 --seed 7`. What was once found: test/unit/store/damage, test/validation/search/damaged. */
const CASES = 16;
const SEED = 20_260_128;

it(`${CASES} damaged folders of runs (seed ${SEED}): read with a reason, or gone on with to the same bytes`, async () => {
  expect(await runFolders({ cases: CASES, seed: SEED })).toEqual([]);
}, 600_000);
