import { confineFiles } from "../spec/index.ts";
import { linesOf } from "./lines.ts";
import { MOST_LINE_BYTES } from "./rpc.ts";
import { createSession, type SessionOptions } from "./session.ts";

/** Where answers go. */
export interface Output {
  /** @returns false: `drained` should be awaited before more is written */
  write(text: string): boolean;
  drained(): Promise<void>;
}

/**
 * Answers lines of JSON-RPC as they come, in their order, until there are no more. It reads on only as fast as its answers are taken, and
 * whatever a line holds, it goes on with the next.
 */
export async function serve(pieces: AsyncIterable<Uint8Array>, output: Output, options: SessionOptions): Promise<void> {
  confineFiles(options.filesFolder);
  const session = createSession(options);
  try {
    for await (const line of linesOf(pieces, MOST_LINE_BYTES)) {
      if (!output.write(await session.answer(line))) await output.drained();
    }
  } finally {
    await session.close();
  }
}
