import { readGridDay } from "./grid-day-file.ts";
import { readGridsWith } from "./grid-files.ts";
import { readGridTrace } from "./grid-trace-file.ts";

// Whoever imports this, or the room's index, is in a host with files.
readGridsWith({ day: readGridDay, trace: readGridTrace });
