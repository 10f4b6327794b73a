/** What the schedule keeps in the global buffer of one operator's data: bytes that do not cross the DRAM port. */
export interface Kept {
  readonly inputBytes: number;
  readonly outputBytes: number;
}

export const NOTHING_KEPT: Kept = { inputBytes: 0, outputBytes: 0 };
