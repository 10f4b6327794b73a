import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync, type Stats } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { problemOf, SpecError, systemCode, systemReason } from "../errors/index.ts";

/** Largest file that is read unless told otherwise, bytes. */
export const MAX_FILE_BYTES = 1024 * 1024;

const CHUNK_BYTES = 32 * 1024;

function refuse(file: string, code: string, message: string): SpecError {
  return new SpecError([problemOf(file, code, message)]);
}

function checkKind(stat: Stats): void {
  if (stat.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  if (!stat.isFile()) throw new Error("it is no regular file");
}

/**
 * Opens a file to read. A pipe or a device may never end, or change by being opened, so only a regular file is opened; one that
 * takes its place meanwhile is not waited for, and refused as well.
 */
function openRegular(path: string): number {
  checkKind(statSync(path));
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    checkKind(fstatSync(file));
    return file;
  } catch (cause) {
    closeSync(file);
    throw cause;
  }
}

/** Where files may be read from; null: anywhere. */
let confines: readonly string[] | null = null;

/**
 * From now on only files of one folder are read, wherever a name leads: for a program that reads what others
 * ask for.
 *
 * @param folder null: no file of a user
 * @throws SpecError spec/unreadable-file where there is no such folder
 */
export function confineFiles(folder: string | null): void {
  confines = folder === null ? [] : [trying(folder, () => realpathSync(folder))];
}

function checkConfines(path: string, shownAs: string): void {
  const isInside = (name: string): boolean => confines!.some((folder) => isWithin(folder, name));
  if (confines === null) return;
  // Of what lies outside not even is told whether it is there.
  if (isInside(resolve(path)) && isInside(trying(shownAs, () => realpathSync(path)))) return;
  throw refuse(shownAs, "spec/file-refused", "The file lies outside of the folder that may be read (--allow-files).");
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way.split(sep)[0] !== ".." && !isAbsolute(way);
}

/** The name of a file that stands for standard input. */
export const STDIN = "-";

/** Standard input, which can be read once only, while a command may look at it twice. */
let standardInput: Uint8Array | null = null;

function wholeStandardInput(mostBytes: number): Uint8Array {
  if (standardInput !== null) return standardInput;
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const buffer = new Uint8Array(CHUNK_BYTES);
    const count = trying(STDIN_SHOWN, () => readWaiting(0, buffer));
    total += count;
    if (total > mostBytes) throw tooLarge(STDIN_SHOWN, total, mostBytes);
    if (count === 0) break;
    pieces.push(buffer.subarray(0, count));
  }
  standardInput = Buffer.concat(pieces);
  return standardInput;
}

const STDIN_SHOWN = "standard input";
const WAIT_MS = 5;

/** Reads what is there, and waits where a pipe has nothing yet. */
function readWaiting(descriptor: number, buffer: Uint8Array): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer);
    } catch (cause) {
      if (systemCode(cause) === "EOF") return 0;
      if (systemCode(cause) !== "EAGAIN") throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

/**
 * Text of a file of UTF-8, piece by piece; a byte-order mark at its start is left out. The file is closed when the last piece was
 * taken, or none is wanted any more.
 *
 * @param path      `-`: standard input
 * @param shownAs   the name for messages
 * @param mostBytes how large it may be
 * @throws SpecError spec/unreadable-file, spec/too-large, spec/not-utf8
 */
export function* readTextPieces(path: string, shownAs: string, mostBytes: number): Generator<string, void, undefined> {
  if (path === STDIN) {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    yield decode(decoder, wholeStandardInput(mostBytes), false, STDIN_SHOWN);
    return;
  }
  checkConfines(path, shownAs);
  const file = trying(shownAs, () => openRegular(path));
  try {
    const { size } = trying(shownAs, () => fstatSync(file));
    if (size > mostBytes) throw tooLarge(shownAs, size, mostBytes);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, mostBytes + 1));
    let total = 0;
    for (;;) {
      const count = trying(shownAs, () => readSync(file, buffer));
      // Some files grow while they are read, and some say that they are empty and are not.
      total += count;
      if (total > mostBytes) throw tooLarge(shownAs, total, mostBytes);
      const text = decode(decoder, buffer.subarray(0, count), count > 0, shownAs);
      if (text !== "") yield text;
      if (count === 0) return;
    }
  } finally {
    closeSync(file);
  }
}

/** Text of a file of UTF-8 as a whole; as {@link readTextPieces}, by default of at most 1 MiB. */
export function readTextFile(path: string, shownAs: string, mostBytes = MAX_FILE_BYTES): string {
  return [...readTextPieces(path, shownAs, mostBytes)].join("");
}

/** Bytes of an open file, read where they are wanted. */
export interface OpenBytes {
  readonly size: number;
  /** `length` bytes from `at`, both within `size`. @throws SpecError where the file has become shorter */
  readonly read: (at: number, length: number) => Uint8Array;
  readonly close: () => void;
}

/**
 * Opens a file whose bytes are read piece by piece, here and there; whoever opens it closes it.
 *
 * @throws SpecError spec/unreadable-file
 */
export function openBytes(path: string, shownAs: string): OpenBytes {
  checkConfines(path, shownAs);
  const file = trying(shownAs, () => openRegular(path));
  const read = (at: number, length: number): Uint8Array => {
    const buffer = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const count = trying(shownAs, () => readSync(file, buffer, done, length - done, at + done));
      if (count === 0) throw refuse(shownAs, "spec/unreadable-file", "The file became shorter while it was read.");
      done += count;
    }
    return buffer;
  };
  return { size: trying(shownAs, () => fstatSync(file)).size, read, close: () => closeSync(file) };
}

function trying<T>(shownAs: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw refuse(shownAs, "spec/unreadable-file", `The file cannot be read: ${systemReason(cause)}.`);
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, stream: boolean, shownAs: string): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw refuse(shownAs, "spec/not-utf8", "The file is not UTF-8 text.");
  }
}

function tooLarge(file: string, size: number, most: number): SpecError {
  const mebibytes = `${most / 1024 / 1024} MiB`;
  return refuse(file, "spec/too-large", `The file has ${size} bytes, but at most ${most} (${mebibytes}) are read.`);
}
