import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { setImmediate } from "node:timers/promises";
import type { TrialStore } from "../../src/search/index.ts";
import { createMemoryStore, openSqliteStore } from "../../src/store/index.ts";
import { storeConformance } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-store-"));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;

storeConformance("memory", () => ({ store: createMemoryStore() }));
/** As one across a network: it answers later. */
storeConformance("later", () => {
  const near = createMemoryStore();
  const later = async <Value>(act: () => Value): Promise<Value> => {
    await setImmediate();
    return act();
  };
  const store: TrialStore = {
    append: (trials) => later(() => near.append(trials)),
    trials: () => later(near.trials),
    close: () => later(near.close),
  };
  return { store };
});
storeConformance("sqlite", () => {
  const file = join(directory, `${(count += 1)}.db`);
  const reopen = () => openSqliteStore(file, { studyHash: "a", seed: 1, version: "0" });
  return { store: reopen(), reopen };
});
