/*
 * What is used here of two packages that are optional, so that ecotile is built without them.
 * bullmq 6.7.0 (docs.bullmq.io), ioredis 5.11.1 (github.com/redis/ioredis).
 */

declare module "ioredis" {
  export interface RedisOptions {
    readonly host?: string;
    readonly port?: number;
    readonly db?: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: object;
    readonly lazyConnect?: boolean;
    readonly connectTimeout?: number;
    /** Null: a command waits until the server is back. */
    readonly maxRetriesPerRequest?: number | null;
    /** Null: no further attempt. */
    readonly retryStrategy?: (attempt: number) => number | null;
  }
  export class Redis {
    constructor(options: RedisOptions);
    connect(): Promise<void>;
    disconnect(): void;
    ping(): Promise<string>;
    get(key: string): Promise<string | null>;
    set(key: string, value: string, unit: "EX", seconds: number): Promise<unknown>;
    del(key: string): Promise<number>;
    scan(cursor: string, match: "MATCH", pattern: string, count: "COUNT", most: number): Promise<[string, string[]]>;
    on(event: "error", listener: (error: unknown) => void): this;
  }
}

declare module "bullmq" {
  import type { Redis } from "ioredis";

  export interface Job {
    readonly name: string;
    readonly data: unknown;
    readonly returnvalue: unknown;
    readonly failedReason?: string;
    /** Time at which it was done with, ms; not there before. */
    readonly finishedOn?: number | null;
    remove(): Promise<void>;
  }
  interface OfServer {
    readonly connection: Redis | { readonly port: number; readonly password: string };
    readonly prefix: string;
  }
  interface Closing {
    on(event: "error", listener: (error: unknown) => void): this;
    /** @param force without waiting for what is under way */
    close(force?: boolean): Promise<void>;
  }
  export interface Queue extends Closing {
    add(
      name: string,
      data: unknown,
      options?: {
        readonly jobId?: string;
        readonly attempts?: number;
        /** Seconds. */
        readonly removeOnComplete?: { readonly age: number };
      },
    ): Promise<Job>;
    getJob(id: string): Promise<Job | undefined>;
  }
  export const Queue: new (name: string, options: OfServer) => Queue;
  export interface WorkerOptions extends OfServer {
    readonly concurrency: number;
    /** Times in ms. */
    readonly lockDuration: number;
    readonly stalledInterval: number;
    readonly maxStalledCount: number;
  }
  export const Worker: new (name: string, work: (job: Job) => Promise<unknown>, options: WorkerOptions) => Closing;
  export class UnrecoverableError extends Error {}
}
