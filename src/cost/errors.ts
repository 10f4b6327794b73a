/**
 * Wrong input that only the cost tables can see: an unknown factor, a buffer size outside a table, a memory that is not sold.
 * `path` names the field (`--set` spelling), `code` is stable, `allowed` lists what the table has.
 */
export class CostError extends Error {
  readonly code: string;
  readonly path: string;
  readonly allowed: readonly string[];

  constructor(code: string, path: string, message: string, allowed: readonly string[] = []) {
    super(allowed.length > 0 ? `${path}: ${message} Allowed: ${allowed.join(", ")}.` : `${path}: ${message}`);
    this.name = "CostError";
    this.code = code;
    this.path = path;
    this.allowed = allowed;
  }
}
