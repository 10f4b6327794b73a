/** Wrong input that a use case itself finds: one message for the person who gave it. */
export class InputError extends Error {
  override readonly name = "InputError";
}
