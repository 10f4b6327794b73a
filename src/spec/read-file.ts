import { readFileSync, statSync } from "node:fs";
import { problemOf, SpecError } from "../errors/index.ts";

/** Largest file that is read unless told otherwise, bytes. */
export const MAX_FILE_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "its name is too long",
};

function refuse(file: string, code: string, message: string): SpecError {
  return new SpecError([problemOf(file, code, message)]);
}

function unreadable(file: string, cause: unknown): SpecError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  return refuse(file, "spec/unreadable-file", `The file cannot be read: ${REASONS[code] ?? code}.`);
}

/**
 * Text of a file of UTF-8.
 *
 * @param shownAs   the name for messages
 * @param mostBytes how large it may be; by default 1 MiB
 * @throws SpecError spec/unreadable-file, spec/too-large, spec/not-utf8
 */
export function readTextFile(path: string, shownAs: string, mostBytes = MAX_FILE_BYTES): string {
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    if (!stat.isFile()) throw Object.assign(new Error(), { code: "it is no regular file" });
    if (stat.size > mostBytes) throw tooLarge(shownAs, stat.size, mostBytes);
    bytes = readFileSync(path);
  } catch (cause) {
    throw cause instanceof SpecError ? cause : unreadable(shownAs, cause);
  }
  if (bytes.length > mostBytes) throw tooLarge(shownAs, bytes.length, mostBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse(shownAs, "spec/not-utf8", "The file is not UTF-8 text.");
  }
}

function tooLarge(file: string, size: number, most: number): SpecError {
  const mebibytes = `${most / 1024 / 1024} MiB`;
  return refuse(file, "spec/too-large", `The file has ${size} bytes, but at most ${most} (${mebibytes}) are read.`);
}
