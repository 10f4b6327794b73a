/** What a chunk should take: long beside the half millisecond that a message costs, short beside a batch. */
const TARGET_MS = 24;
const MOST_TASKS = 256;
/** Weight of the newest chunk in the mean. */
const NEWEST = 0.3;

/** Chooses how many tasks go into a message, from what tasks have taken so far. No result depends on it. */
export interface Pace {
  /** @param left tasks that nobody has yet; every worker should get some */
  next(left: number): number;
  note(taskCount: number, milliseconds: number): void;
}

export function createPace(workers: number): Pace {
  let mean: number | null = null;
  return {
    next: (left) => {
      const share = Math.ceil(left / (2 * workers));
      // Nothing is known yet: a few, so that something soon is.
      const wanted = mean === null ? 4 : Math.floor(TARGET_MS / Math.max(mean, 1e-3));
      return Math.max(1, Math.min(MOST_TASKS, wanted, share));
    },
    note: (taskCount, milliseconds) => {
      const each = milliseconds / taskCount;
      mean = mean === null ? each : (1 - NEWEST) * mean + NEWEST * each;
    },
  };
}
