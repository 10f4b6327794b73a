import { hardwareSchema } from "./hardware-schema.ts";
import { findingsOf } from "./issues.ts";

/** What a hardware file would be refused for. */
export interface HardwareFault {
  /** For example `["array", "rows"]`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** What is wrong with a machine that was made and not read; nothing where a file that says it is read. */
export function faultsOfHardware(written: Readonly<Record<string, unknown>>): readonly HardwareFault[] {
  const result = hardwareSchema.safeParse(written);
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => findingsOf(issue, written, []))
    .map(({ path, message }) => ({ path: path.map(String), message }));
}
