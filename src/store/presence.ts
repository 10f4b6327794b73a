import { statSync, type Stats } from "node:fs";
import { StoreError } from "./errors.ts";

/** Whether a file is still the one that was opened: a file that was removed takes what is written to it along, in silence. */
export interface Presence {
  /** @throws StoreError `store/vanished` */
  check(): void;
}

/** @param file one that exists; it is what it is now that must be there later */
export function presenceOf(file: string): Presence {
  const { dev, ino } = statSync(file);
  return {
    check: () => {
      const now = statOf(file);
      if (now !== null && now.dev === dev && now.ino === ino) return;
      throw new StoreError(
        "store/vanished",
        file,
        "is gone: it or its folder was removed, moved or replaced while the search ran. What was found is lost; search again",
      );
    },
  };
}

function statOf(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}
