import { Buffer } from "node:buffer";

/** One line of what comes in, or why it is none that can be read. */
export type Line =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "too-long" } | { readonly kind: "not-utf8" };

const LINE_FEED = 10;

/**
 * Bytes as they come, cut at line feeds. A line that is too long is passed over as it comes, so that no more than `mostBytes` of it are
 * ever held. What follows the last line feed is a line too, unless there is nothing.
 *
 * @param mostBytes of a line, its line feed left out
 */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  mostBytes: number,
): AsyncGenerator<Line, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let held: Uint8Array[] = [];
  let length = 0;
  let isTooLong = false;
  const hold = (part: Uint8Array): void => {
    length += part.length;
    isTooLong ||= length > mostBytes;
    if (isTooLong) held = [];
    else if (part.length > 0) held.push(part);
  };
  const finished = (): Line => {
    const line = isTooLong ? ({ kind: "too-long" } as const) : decoded(decoder, Buffer.concat(held));
    [held, length, isTooLong] = [[], 0, false];
    return line;
  };
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const end = piece.indexOf(LINE_FEED, at);
      hold(piece.subarray(at, end < 0 ? piece.length : end));
      if (end < 0) break;
      yield finished();
      at = end + 1;
    }
  }
  if (length > 0) yield finished();
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): Line {
  try {
    return { kind: "text", text: decoder.decode(bytes) };
  } catch {
    return { kind: "not-utf8" };
  }
}
