/** Exports of the core that a host calls. */
const NAMES = ["abiVersion", "hardwarePointer", "problemsPointer", "resultsPointer", "maxBatch", "evaluate"];

/** Signed LEB128. */
function signed(value: number): readonly number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127;
    const isLast = (rest >> 7 === 0 && low < 64) || (rest >> 7 === -1 && low >= 64);
    bytes.push(isLast ? low : low | 128);
    if (isLast) return bytes;
  }
}

const list = (items: readonly (readonly number[])[]): readonly number[] => [items.length, ...items.flat()];
const sized = (bytes: readonly number[]): readonly number[] => {
  if (bytes.length > 127) return [(bytes.length & 127) | 128, bytes.length >> 7, ...bytes];
  return [bytes.length, ...bytes];
};
const section = (id: number, bytes: readonly number[]): readonly number[] => [id, ...sized(bytes)];

/** A WebAssembly module (binary format 1) whose functions all return one number, beside a memory of one page. */
export function moduleWith(value: number, functions: readonly string[] = NAMES): Uint8Array {
  const exported = (name: string, kind: number, index: number) => [...sized([...Buffer.from(name)]), kind, index];
  const names = functions.map((name, i) => exported(name, 0, i));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, 0, 1, 0x7f]])),
    ...section(3, list(functions.map(() => [0]))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([...names, exported("memory", 2, 0)])),
    ...section(10, list(functions.map(() => sized([0, 0x41, ...signed(value), 0x0b])))),
  ]);
}
