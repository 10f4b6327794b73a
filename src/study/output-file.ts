import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from "node:fs";
import { randomBytes } from "node:crypto";
import { basename, dirname, resolve } from "node:path";
import { InputError, systemCode, systemReason } from "../errors/index.ts";
import { writeAll } from "./write-all.ts";

/** A file being written, in pieces. Exactly one of `finish` and `discard` ends it. */
export interface OutputFile {
  /** @throws InputError where it cannot be written; nothing is left then */
  write(data: string | Uint8Array): void;
  /** The file has what was written. @throws InputError */
  finish(): void;
  /** The file stays as it was before, as far as it is a regular one. */
  discard(): void;
}

/**
 * Opens what the user named to be written.
 *
 * - A regular file, or one that is not there yet, is written beside its place and renamed over it, so that it is there whole or
 *   not at all. Links are followed: what they point to gets the new content, and they stay. Its mode stays, and its owner where
 *   that is allowed.
 * - Anything else (a pipe, a terminal, `/dev/null`, what stdout goes to) is written to and never replaced.
 * - The folder must be there.
 *
 * @throws InputError
 */
export function openOutputFile(path: string): OutputFile {
  return guarded(path, () => {
    const stat = path === "" ? missing() : statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true || (stat === undefined && /[/\\]$/.test(path))) {
      throw Object.assign(new Error(), { code: "EISDIR" });
    }
    const own = stat === undefined ? undefined : standardStreamOf(stat);
    if (own !== undefined) return straight(path, own, false);
    if (stat !== undefined && !stat.isFile()) return straight(path, openSync(path, constants.O_WRONLY), true);
    const target = finalPath(path);
    if (stat !== undefined) {
      accessSync(target, constants.W_OK);
      // Names below /proc may lead to a file that has lost its own.
      if (!isSame(stat, statSync(target, { throwIfNoEntry: false }))) {
        return straight(path, openSync(path, constants.O_WRONLY | constants.O_TRUNC), true);
      }
    }
    return beside(path, target, stat);
  });
}

/** Writes a file as {@link openOutputFile} does, in one piece. @throws InputError */
export function writeFileWhole(path: string, data: string | Uint8Array): void {
  const file = openOutputFile(path);
  file.write(data);
  file.finish();
}

const missing = (): never => {
  throw new Error("its name is empty");
};

const isSame = (a: Stats, b: Stats | undefined): boolean => a.dev === b?.dev && a.ino === b.ino;

/** Descriptor of stdout or stderr where it is this very file: what is written then follows what the stream has written. */
function standardStreamOf(stat: Stats): number | undefined {
  return [1, 2].find((descriptor) => {
    try {
      const own = fstatSync(descriptor);
      return isSame(stat, own) && !own.isCharacterDevice();
    } catch {
      return false;
    }
  });
}

const MOST_LINKS = 40;

/** Where a name leads when its links are followed; the last of them may lead to what is not there yet. */
function finalPath(path: string): string {
  let at = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const whole = resolve(realFolder(dirname(at)), basename(at));
    if (lstatSync(whole, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return whole;
    at = resolve(dirname(whole), readlinkSync(whole));
  }
  throw Object.assign(new Error(), { code: "ELOOP" });
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw systemCode(cause) === "ENOENT" ? new Error(`there is no folder ${path}`) : cause;
  }
}

function straight(path: string, descriptor: number, isOurs: boolean): OutputFile {
  let isOpen = true;
  const close = (): void => {
    if (isOpen && isOurs) closeSync(descriptor);
    isOpen = false;
  };
  return {
    write(data) {
      if (!isOpen) return;
      try {
        writeAll(descriptor, data);
      } catch (cause) {
        close();
        // A reader that has seen enough is no error.
        if (systemCode(cause) !== "EPIPE") throw refusal(path, cause);
      }
    },
    finish: close,
    discard: close,
  };
}

/**
 * Pieces wait in a file that has no name, so that nothing is left of it however the process ends. Only when all of them are there
 * they get a name beside the target, for as long as it takes to copy them.
 */
function beside(path: string, target: string, before: Stats | undefined): OutputFile {
  const name = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  const waiting = openSync(name, "wx+", 0o600);
  rmSync(name, { force: true });
  const step = (act: () => void): void => {
    try {
      act();
    } catch (cause) {
      close(waiting);
      rmSync(name, { force: true });
      throw refusal(path, cause);
    }
  };
  return {
    write: (data) => step(() => writeAll(waiting, data)),
    finish: () =>
      step(() => {
        const descriptor = openSync(name, "wx", 0o666);
        try {
          if (before !== undefined) keepOwner(descriptor, before);
          copyAll(waiting, descriptor);
          synchronise(descriptor);
        } finally {
          closeSync(descriptor);
        }
        renameSync(name, target);
        close(waiting);
      }),
    discard: () => close(waiting),
  };
}

const CHUNK_BYTES = 256 * 1024;

function copyAll(from: number, to: number): void {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let at = 0, count; (count = readSync(from, buffer, 0, CHUNK_BYTES, at)) > 0; at += count) {
    writeAll(to, buffer.subarray(0, count));
  }
}

/** Some file systems find only here that the disk is full; some cannot be asked. */
function synchronise(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (cause) {
    if (!["EINVAL", "ENOSYS", "ENOTSUP"].includes(systemCode(cause) ?? "")) throw cause;
  }
}

function close(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It was closed, or never will be.
  }
}

function keepOwner(descriptor: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(descriptor, uid, gid);
  } catch {
    // Only a few may give files away; the file is then of the one who writes it.
  }
  fchmodSync(descriptor, mode & 0o7777);
}

function guarded<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw cause instanceof InputError ? cause : refusal(path, cause);
  }
}

function refusal(path: string, cause: unknown): InputError {
  return new InputError(`${path} cannot be written: ${systemReason(cause)}.`);
}
