export interface Kill {
  readonly strategy: string;
  readonly text: string;
  /** What is wrong with the run that went on; null: nothing. */
  readonly fault: string | null;
}

export function runKills(of: {
  readonly cases: number;
  readonly seed: number;
  readonly onKill: (kill: Kill) => void;
}): Promise<void>;
