import type binaryen from "assemblyscript/binaryen";

/** See forward-globals.mjs. */
export function forwardGlobals(module: binaryen.Module): void;
