/** What a chunk takes at most: a message costs a third of a millisecond, and a kill loses the chunk that is under way. */
const MOST_MS = 250;
/** What a chunk takes at least, so that the messages at the end of a batch are few beside its tasks. */
const LEAST_MS = 4;
const MOST_TASKS = 256;
/** Tasks of a chunk while nothing is known, so that something soon is. */
const FIRST_TASKS = 4;
/** Weight of the newest chunk in the mean. */
const NEWEST = 0.3;

/** Chooses how many tasks go into a message, from what tasks have taken so far. No result depends on it. */
export interface Pace {
  /** @param left tasks that nobody has yet, ≥ 1; every worker should get some. @returns 1 to `left` */
  next(left: number): number;
  note(taskCount: number, milliseconds: number): void;
}

export function createPace(workers: number): Pace {
  let mean: number | null = null;
  return {
    next: (left) => {
      const tasksIn = (milliseconds: number): number =>
        mean === null ? FIRST_TASKS : Math.floor(milliseconds / Math.max(mean, 1e-3));
      // A worker that is alone waits for no other one. Among several, half of an even share each time: all end at about the same time.
      const share =
        workers === 1
          ? left
          : Math.max(Math.ceil(left / (2 * workers)), Math.min(tasksIn(LEAST_MS), Math.ceil(left / workers)));
      return Math.max(1, Math.min(MOST_TASKS, tasksIn(MOST_MS), share));
    },
    note: (taskCount, milliseconds) => {
      const each = milliseconds / taskCount;
      mean = mean === null ? each : (1 - NEWEST) * mean + NEWEST * each;
    },
  };
}
