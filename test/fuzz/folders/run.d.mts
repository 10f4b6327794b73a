export interface Finding {
  /** Of its case. */
  readonly number: number;
  readonly text: string;
}

export function runFolders(of: {
  readonly cases: number;
  readonly seed: number;
  readonly first?: number;
}): Promise<readonly Finding[]>;
