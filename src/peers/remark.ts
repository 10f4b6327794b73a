/** Something in a file of another simulator that the file made of it does not say, or says otherwise. */
export interface Remark {
  /** Line of the file, from 1; null: it is of the file as a whole. */
  readonly line: number | null;
  /** What is left out or taken otherwise, and why: whole sentences. */
  readonly message: string;
}

/** Remarks in the order of their lines; those of the whole file last. */
export function sortRemarks(remarks: readonly Remark[]): readonly Remark[] {
  const place = ({ line }: Remark): number => line ?? Infinity;
  return [...remarks].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

/** `scale.cfg:14: MemoryBanks is 2: ...`, as people read it. */
export function remarkText(file: string, { line, message }: Remark): string {
  return `${file}${line === null ? "" : `:${line}`}: ${message}`;
}
