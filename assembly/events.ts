import * as abi from "./abi";
import { put } from "./memory";

/*
 * Events of a walk, for hosts that show it: what a port carries, what the array does and what it waits for, and when. A window of them is kept; a
 * host that wants more walks again for the next one.
 */
export const TABLE: usize = memory.data(abi.MOST_EVENTS * abi.EVENT_FIELDS * 8, 16);

/** Whether events are taken down. */
export let isTraced: bool = false;
/** Events that are left out in front of the window; those so far, in all. */
let skipped: f64 = 0;
export let total: f64 = 0;

/** Events from number `from` on are kept, as many as there is room for, until `end`. */
export function begin(from: f64): void {
  isTraced = true;
  skipped = from;
  total = 0;
}

export function end(): void {
  isTraced = false;
}

/**
 * Takes an event down, if it takes any time.
 *
 * @param operand  what is moved, or, of a wait, what is waited for
 * @param step     inner step that it is of, from 0
 */
export function add(track: i32, operand: i32, step: f64, since: f64, until: f64): void {
  if (until <= since) return;
  const place: f64 = total - skipped;
  total += 1;
  if (place < 0 || place >= abi.MOST_EVENTS) return;
  const at: usize = TABLE + ((<usize>place * abi.EVENT_FIELDS) << 3);
  put(at, abi.EV_TRACK, <f64>track);
  put(at, abi.EV_OPERAND, <f64>operand);
  put(at, abi.EV_STEP, step);
  put(at, abi.EV_BEGIN, since);
  put(at, abi.EV_END, until);
}
