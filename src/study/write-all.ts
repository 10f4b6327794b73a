import { writeSync } from "node:fs";
import { systemCode } from "../errors/index.ts";

/** How long to wait for a full pipe, ms. */
const PIPE_WAIT = 5;

/** Writes all of it; a single write may take less, also where the disk is about to be full. */
export function writeAll(descriptor: number, data: string | Uint8Array): void {
  let left: Uint8Array = typeof data === "string" ? Buffer.from(data) : data;
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(descriptor, left));
    } catch (cause) {
      if (systemCode(cause) !== "EAGAIN") throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_WAIT);
    }
  }
}
