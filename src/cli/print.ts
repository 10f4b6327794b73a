import { fstatSync } from "node:fs";
import { escapeControls, EXIT_INPUT, problemOf, SpecError, systemCode, systemReason } from "../errors/index.ts";
import { widthOf, wrapLines } from "./width.ts";
import { writeAll } from "../study/write-all.ts";

/*
 * The two ways out of the process. Text for people is escaped here, whatever it is made of: a name in a file of somebody else must
 * not move the cursor, set the title or turn the line round.
 */

/** Text for people on stdout, no wider than the terminal. */
export function toStdout(text: string): void {
  send(STDOUT, wrapLines(escapeControls(text), widthOf(process.stdout)));
}

/** Characters that a line of what is printed for people may have. */
export function stdoutWidth(): number {
  return widthOf(process.stdout);
}

/** Text for people on stderr, no wider than the terminal. */
export function toStderr(text: string): void {
  send(STDERR, wrapLines(escapeControls(text), widthOf(process.stderr)));
}

/**
 * A document on stdout, for a program or a file: byte for byte as it is. On a terminal it is read by a person, and escaped.
 *
 * @returns false: `stdoutDrained` should be awaited before more is written
 */
export function dataToStdout(data: string | Uint8Array): boolean {
  return send(STDOUT, process.stdout.isTTY && typeof data === "string" ? escapeControls(data) : data);
}

/** Resolves when stdout takes more. */
export function stdoutDrained(): Promise<void> {
  return new Promise((resolve) => void process.stdout.once("drain", resolve));
}

/** What comes on standard input, as it comes. */
export function standardInputBytes(): AsyncIterable<Uint8Array> {
  return process.stdin;
}

/** What comes on standard input, as text, as it comes. @throws SpecError spec/not-utf8 */
export async function* standardInput(): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decoded = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new SpecError([problemOf("standard input", "spec/not-utf8", "The text is not UTF-8.")]);
    }
  };
  for await (const piece of process.stdin) yield decoded(piece as Uint8Array);
  yield decoded();
}

const [STDOUT, STDERR] = [1, 2] as const;
type Descriptor = typeof STDOUT | typeof STDERR;

/** Node writes to files what one system call takes, and does not say that the rest is missing where the disk is full. */
function send(descriptor: Descriptor, data: string | Uint8Array): boolean {
  if (!isFile(descriptor)) return (descriptor === STDOUT ? process.stdout : process.stderr).write(data);
  try {
    writeAll(descriptor, data);
  } catch (cause) {
    endUnprinted(descriptor, cause);
  }
  return true;
}

function isFile(descriptor: Descriptor): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

let quiet = false;

/** From now on only results and errors are said. */
export function beQuiet(): void {
  quiet = true;
}

/** Whether news of how it goes are not wanted. */
export function isQuiet(): boolean {
  return quiet;
}

/** What a person may like to know meanwhile, on stderr; nothing where it is to be quiet. */
export function toldMeanwhile(text: string): void {
  if (!quiet) toStderr(text);
}

let isTerminalGone = false;

/** After a hang-up nothing can be printed; what ends then ends as it would otherwise. */
export function terminalIsGone(): void {
  isTerminalGone = true;
}

/** Whether any of the standard streams is a terminal. */
export function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/** What cannot be printed ends the process with the code of wrong input; a reader that has seen enough is no error. */
export function guardStandardStreams(): void {
  process.stdout.on("error", (cause) => {
    if (systemCode(cause) === "EPIPE") process.exit();
    endUnprinted(STDOUT, cause);
  });
  process.stderr.on("error", (cause) => {
    // Results still reach their files and stdout where nobody reads what is said meanwhile.
    if (systemCode(cause) !== "EPIPE") endUnprinted(STDERR, cause);
  });
}

function endUnprinted(descriptor: Descriptor, cause: unknown): void {
  if (isTerminalGone) return;
  if (descriptor === STDOUT) toStderr(`Standard output cannot be written: ${systemReason(cause)}.\n`);
  process.exit(EXIT_INPUT);
}
