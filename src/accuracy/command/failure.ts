export type CommandFailureCode =
  | "accuracy/command-not-started"
  | "accuracy/command-ended"
  | "accuracy/command-timeout"
  | "accuracy/command-line-too-long"
  | "accuracy/command-bad-reply"
  | "accuracy/command-refused"
  | "accuracy/command-closed";

/** An external program gave no accuracy; the message ends with what it last wrote to stderr. */
export class CommandFailure extends Error {
  readonly code: CommandFailureCode;
  constructor(code: CommandFailureCode, message: string, stderr = "") {
    super(stderr.trim() ? `${message}; it wrote: ${stderr.trim()}` : message);
    this.name = "CommandFailure";
    this.code = code;
  }

  /** A refusal is the program's answer, and one that cannot start will not start again. */
  get isWorthRetrying(): boolean {
    const final = ["accuracy/command-not-started", "accuracy/command-refused", "accuracy/command-closed"];
    return !final.includes(this.code);
  }
}
