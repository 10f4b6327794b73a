import { EVENT_FIELDS, EV_BEGIN, EV_END, EV_OPERAND, EV_STEP, EV_TRACK, MOST_EVENTS } from "./abi";
import { put } from "./memory";

/*
 * Events of a walk, for hosts that show it: what a port carries, what the array does and what it waits for, and when. A window of them is kept; a
 * host that wants more walks again for the next one.
 */
export const EVENTS: usize = memory.data(MOST_EVENTS * EVENT_FIELDS * 8, 16);

/** Whether events are taken down. */
export let isTraced: bool = false;
/** Events that are left out in front of the window; those so far. */
let first: f64 = 0;
export let eventCount: f64 = 0;

/** Events from number `from` on are kept, as many as there is room for, until `endTrace`. */
export function beginTrace(from: f64): void {
  isTraced = true;
  first = from;
  eventCount = 0;
}

export function endTrace(): void {
  isTraced = false;
}

/**
 * Takes an event down, if it takes any time.
 *
 * @param operand  what is moved, or, of a wait, what is waited for
 * @param step     inner step that it is of, from 0
 */
export function event(track: i32, operand: i32, step: f64, begin: f64, end: f64): void {
  if (end <= begin) return;
  const place: f64 = eventCount - first;
  eventCount += 1;
  if (place < 0 || place >= MOST_EVENTS) return;
  const at: usize = EVENTS + ((<usize>place * EVENT_FIELDS) << 3);
  put(at, EV_TRACK, <f64>track);
  put(at, EV_OPERAND, <f64>operand);
  put(at, EV_STEP, step);
  put(at, EV_BEGIN, begin);
  put(at, EV_END, end);
}
