import type { Redis } from "ioredis";
import * as z from "zod";
import { PREFIX, type QueuedStudy } from "./job.ts";

/** How long a search is known after its last word, s, and how often it says that it is there, ms. */
const KNOWN_SECONDS = 60;
const EVERY_MS = 20_000;

const text = z.string().max(1000);
const schema = z.object({ name: text, hash: text, sources: z.object({ version: text, core: text, tables: text }) });

const keyOf = (hash: string): string => `${PREFIX}:search:${hash}`;

/** Says on the server that a search waits for workers, so that those of another study, version or core learn that it is not for them. */
export function announce(connection: Redis, study: QueuedStudy): { stop(): void } {
  const say = (): void => {
    connection.set(keyOf(study.hash), JSON.stringify(study), "EX", KNOWN_SECONDS).catch(() => undefined);
  };
  say();
  const timer = setInterval(say, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      connection.del(keyOf(study.hash)).catch(() => undefined);
    },
  };
}

/**
 * Why no search is for this worker, though one of the same name waits; null: one is, or none waits yet.
 *
 * @returns words that name what is another
 */
export async function misfitOf(connection: Redis, own: QueuedStudy): Promise<string | null> {
  const others: QueuedStudy[] = [];
  for (let cursor = "0"; ;) {
    const [next, keys] = await connection.scan(cursor, "MATCH", keyOf("*"), "COUNT", 100);
    for (const key of keys) {
      if (key === keyOf(own.hash)) return null;
      const other = schema.safeParse(parsed(await connection.get(key))).data;
      if (other?.name === own.name) others.push(other);
    }
    if (next === "0") break;
    cursor = next;
  }
  const [other] = others;
  if (other === undefined) return null;
  const words = {
    version: "another version of ecotile",
    core: "another simulator core",
    tables: "other tables",
  } as const;
  for (const key of ["version", "core", "tables"] as const)
    if (other.sources[key] !== own.sources[key])
      return `${words[key]} (${other.sources[key]}, here ${own.sources[key]})`;
  return `another study (${other.hash}, here ${own.hash}): seed, strategy or anything else that decides its trials`;
}

function parsed(value: string | null): unknown {
  try {
    return JSON.parse(value ?? "null");
  } catch {
    return null;
  }
}
