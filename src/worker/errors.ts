export type FarmErrorCode = "worker/cannot-start" | "worker/closed" | "worker/bad-reply";

/** The farm as a whole cannot work; what befalls a single task is a `TaskResult`. */
export class FarmError extends Error {
  override readonly name = "FarmError";
  readonly code: FarmErrorCode;

  constructor(code: FarmErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
