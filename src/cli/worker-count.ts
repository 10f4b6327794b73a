import { InvalidArgumentError } from "commander";

const MOST_WORKERS = 1024;

/** What `--workers` takes. @throws InvalidArgumentError */
export function workerCount(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= MOST_WORKERS) return value;
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MOST_WORKERS}.`);
}
