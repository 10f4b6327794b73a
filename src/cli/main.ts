#!/usr/bin/env node
import nodeModule from "node:module";

// Before the rest is loaded: from Node 22 on V8 keeps what it has compiled of it in the system's folder for such things.
const { enableCompileCache } = nodeModule as unknown as { readonly enableCompileCache?: () => unknown };
enableCompileCache?.();
await import("./program.ts");
