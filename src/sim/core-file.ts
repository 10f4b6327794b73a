import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.ts";
import { instantiateCore, openCoreWith, type Core } from "./core.ts";

/** Which build of the core: with SIMD (default), without, or with assertions. All give the same bytes. */
export type CoreBuild = "core" | "core.scalar" | "core.debug";

/**
 * Compiles and instantiates the core of the installed package.
 *
 * @throws CoreMemoryError where the system grants it no memory; CoreVersionError where the module is not the one that this package was
 *   built for
 */
export function createCore(build: CoreBuild = "core"): Core {
  return instantiateCore(new Uint8Array(readFileSync(new URL(`build/${build}.wasm`, packageRoot))));
}

// Whoever imports this, or the room's index, is in a host with files.
openCoreWith(createCore);
