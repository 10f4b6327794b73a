import { MINUTE } from "../spec/series.ts";

/*
 * Local times. A zone's offsets come from the time zone data of the JavaScript engine: daylight saving is law, and changes.
 */

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether the engine knows a zone such as Europe/Berlin. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone: zone, hourCycle: "h23", era: "short" },
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  formats.set(zone, made);
  return made;
}

/** ms that a zone is before UTC at an instant. */
function offsetAt(zone: string, at: number): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const [year, month, day] = [Number(parts["year"]), Number(parts["month"]), Number(parts["day"])];
  const [hour, minute, second] = [Number(parts["hour"]), Number(parts["minute"]), Number(parts["second"])];
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/**
 * The instant of a local time. One that the clock passes twice is the first of them; one that it leaves out is as much later as it
 * leaves out.
 *
 * @param local ms of the epoch that the local time would have if it were UTC
 */
export function instantOfLocal(zone: string, local: number): number {
  const day = 24 * 60 * MINUTE;
  const before = offsetAt(zone, local - day);
  const first = local - before;
  if (offsetAt(zone, first) === before) return first;
  const after = offsetAt(zone, local + day);
  const second = local - after;
  return offsetAt(zone, second) === after ? second : first;
}

/** The same time of the clock, a number of days later. */
export function daysLater(zone: string, at: number, days: number): number {
  const local = at + offsetAt(zone, at) + days * 24 * 60 * MINUTE;
  return instantOfLocal(zone, local);
}
