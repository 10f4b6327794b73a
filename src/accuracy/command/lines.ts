/**
 * Cuts a byte stream into lines, holding at most `limit` bytes of one that is not finished.
 *
 * @returns a function that takes the next chunk and gives the lines that it ends, or null when a line is too long
 */
export function lineCutter(limit: number): (chunk: Buffer) => readonly string[] | null {
  let parts: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      if (held + end - start > limit) return null;
      lines.push(Buffer.concat([...parts, chunk.subarray(start, end)]).toString("utf8"));
      parts = [];
      held = 0;
      start = end + 1;
    }
    held += chunk.length - start;
    if (held > limit) return null;
    if (start < chunk.length) parts.push(chunk.subarray(start));
    return lines;
  };
}

/** The last `limit` bytes of a stream. */
export function tailKeeper(limit: number): { add(chunk: Buffer): void; text(): string } {
  let tail = Buffer.alloc(0);
  return {
    add(chunk) {
      tail = Buffer.concat([tail, chunk]).subarray(-limit);
    },
    text: () => tail.toString("utf8"),
  };
}
