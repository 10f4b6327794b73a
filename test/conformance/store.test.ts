import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createMemoryStore, openSqliteStore } from "../../src/store/index.ts";
import { laterStore } from "../fixtures/search/later-store.ts";
import { storeConformance } from "./store.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-store-"));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;

storeConformance("memory", () => ({ store: createMemoryStore() }));
/** As one across a network: it answers later. */
storeConformance("later", () => ({ store: laterStore(createMemoryStore()) }));
storeConformance("sqlite", () => {
  const file = join(directory, `${(count += 1)}.db`);
  const reopen = () => openSqliteStore(file, { studyHash: "a", seed: 1, version: "0" });
  return { store: reopen(), reopen };
});
