import { powerOfTwo } from "../math/index.ts";
import type * as BullMq from "bullmq";
import type { Redis, RedisOptions } from "ioredis";
import { InputError } from "../errors/index.ts";

/** A server, as a person named it, and what reaches it. */
export interface QueueServer {
  /** Without a password: for messages. */
  readonly shown: string;
  readonly options: RedisOptions;
}

export const PASSWORD_VARIABLE = "ECOTILE_REDIS_PASSWORD";
const PORT = 6379;
/** How long a server may take to answer at first, ms. */
const FIRST_ANSWER_MS = 10_000;
/** Between attempts to reach a server that was there before, ms. */
const MOST_WAIT_MS = 2000;

/**
 * `redis://[user@]host[:port][/database]`, or `rediss://` over TLS.
 *
 * @param password of the environment; undefined: none
 * @throws InputError for another address, and for one with a password in it
 */
export function readServer(text: string, password: string | undefined): QueueServer {
  const wrong = (): InputError =>
    new InputError("--queue is redis://[user@]host[:port][/database], or rediss://… over TLS.");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong();
  }
  const { protocol, username, hostname, port, pathname } = url;
  if (url.password !== "")
    throw new InputError(
      `--queue has a password in it, where others can read it. Put it into the environment: ${PASSWORD_VARIABLE}.`,
    );
  const database = /^\/?(\d{0,3})$/.exec(pathname)?.[1];
  const isRedis = protocol === "redis:" || protocol === "rediss:";
  if (!isRedis || hostname === "" || database === undefined || url.search !== "" || url.hash !== "") throw wrong();
  const user = decodeURIComponent(username);
  return {
    shown: text,
    options: {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? PORT : Number(port),
      db: Number(database),
      ...(user === "" ? {} : { username: user }),
      ...(password === undefined || password === "" ? {} : { password }),
      ...(protocol === "rediss:" ? { tls: {} } : {}),
    },
  };
}

/** The packages that queues need, and connections to one server. */
export interface QueuePackages {
  readonly bullmq: typeof BullMq;
  /** A connection that finds its server again whenever it was away. */
  connect(): Redis;
}

/**
 * Loads the packages and asks the server whether it is there.
 *
 * @throws InputError where one of them is not
 */
export async function openQueuePackages({ shown, options }: QueueServer): Promise<QueuePackages> {
  const packages = await loaded();
  const { Redis } = packages.ioredis;
  const first = new Redis({
    ...options,
    ...{ lazyConnect: true, connectTimeout: FIRST_ANSWER_MS, maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  let cause: unknown = null;
  first.on("error", (error) => (cause ??= error));
  try {
    await first.connect();
    await first.ping();
  } catch (error) {
    throw new InputError(`No queue at ${shown}: ${reasonOf(cause ?? error)}.`);
  } finally {
    first.disconnect();
  }
  return {
    bullmq: packages.bullmq,
    connect: () => {
      const connection = new Redis({
        ...options,
        maxRetriesPerRequest: null,
        retryStrategy: (attempt) => Math.min(MOST_WAIT_MS, 50 * powerOfTwo(Math.min(attempt, 6))),
      });
      // That the server is away is noticed by those who wait for it.
      connection.on("error", () => undefined);
      return connection;
    },
  };
}

async function loaded() {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, ioredis };
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new InputError(
      "A queue needs two packages that ecotile does not bring: npm install bullmq@6.7.0 ioredis@5.11.1",
    );
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ECONNREFUSED") return "nothing answers there";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host";
  if (typeof message === "string" && /^(NOAUTH|WRONGPASS)/.test(message))
    return `it asks for a user and password, and does not take those that it was given (${PASSWORD_VARIABLE})`;
  return typeof message === "string" && message !== "" ? message.replace(/\.$/, "") : String(error);
}
