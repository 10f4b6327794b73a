/** What the operating system says when a file cannot be opened, read or written, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is no directory",
  ELOOP: "too many symbolic links",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than files may be here",
  EROFS: "the file system is read-only",
  EIO: "the device reports an error",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENXIO: "there is no such device",
  EBUSY: "it is in use",
  ETXTBSY: "it is a program that runs",
};

/** The code of a system error (`ENOSPC`); undefined: it has none. */
export function systemCode(cause: unknown): string | undefined {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : undefined;
}

/** Why a system call failed, to stand after a colon: `no space is left on the device`. */
export function systemReason(cause: unknown): string {
  const code = systemCode(cause) ?? "";
  if (Object.hasOwn(REASONS, code)) return REASONS[code]!;
  return cause instanceof Error ? cause.message : String(cause);
}
