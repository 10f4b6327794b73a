export const BYTE = 8;

/** A size in the largest unit that it is a whole number of. */
export function sizeText(bits: number): string {
  if (bits === Infinity) return "unlimited";
  if (bits % BYTE !== 0) return `${bits} bit`;
  const bytes = bits / BYTE;
  const unit = ([2 ** 20, 2 ** 10] as const).find((each) => bytes % each === 0);
  return unit === undefined ? `${bytes} B` : `${bytes / unit} ${unit === 2 ** 20 ? "MiB" : "KiB"}`;
}

/** Bits a cycle as a bandwidth. */
export const rateText = (bits: number): string => (bits === Infinity ? "unlimited" : `${bits / BYTE} B/cycle`);
