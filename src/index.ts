export type { Hardware } from "./spec/hardware.ts";
