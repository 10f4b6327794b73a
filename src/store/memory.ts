import type { Trial, LocalTrialStore } from "../search/index.ts";
import { conflict } from "./errors.ts";
import type { EstimateCache } from "./estimates.ts";
import { packTrial, unpackOutcome, unpackPoint, type PackedTrial } from "./pack.ts";

/** A store that lives as long as the process: for tests, dry runs and embedding. */
export function createMemoryStore(initial: readonly Trial[] = []): LocalTrialStore {
  const rows = new Map<number, PackedTrial>();
  const append = (trials: readonly Trial[]): void => {
    const packed = new Map<number, PackedTrial>();
    for (const row of trials.map(packTrial)) {
      const before = packed.get(row.number) ?? rows.get(row.number);
      if (before !== undefined && (before.point !== row.point || before.outcome !== row.outcome))
        throw conflict("memory", row.number);
      packed.set(row.number, row);
    }
    for (const row of packed.values()) rows.set(row.number, row);
  };
  append(initial);
  return {
    append,
    trials: () => [...rows.values()].sort((a, b) => a.number - b.number).map(unpacked),
    close: () => undefined,
  };
}

/** Answers that live as long as the process. */
export function createMemoryEstimates(): EstimateCache {
  const answers = new Map<string, string>();
  return {
    get: (key, read) => {
      const text = answers.get(key);
      return text === undefined ? undefined : (read(text) ?? undefined);
    },
    put: (key, text) => {
      if (!answers.has(key)) answers.set(key, text);
    },
  };
}

function unpacked({ number, point, outcome }: PackedTrial): Trial {
  return { number, point: unpackPoint(point) as Trial["point"], outcome: unpackOutcome(outcome) as Trial["outcome"] };
}
