import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION, RES_BOUND, RES_FIELDS, RES_SCORED, RES_STEPS, RES_WALKED } from "../../assembly/abi.ts";
import { packageRoot } from "../package-root.ts";

/** The exported surface of the core, see assembly/index.ts. */
interface CoreExports extends Record<string, unknown> {
  readonly memory: WebAssembly.Memory;
  abiVersion(): number;
  hardwarePointer(): number;
  problemsPointer(): number;
  resultsPointer(): number;
  maxBatch(): number;
  evaluate(count: number): number;
  scoreOnly(count: number): number;
}

/** One instance of the core with views of its three tables; its memory never grows, so the views stay good. */
export interface Core {
  readonly hardware: Float64Array;
  readonly problems: Float64Array;
  readonly results: Float64Array;
  evaluate(count: number): number;
  /** Scores mapping candidates by their bounds, and walks none. */
  scoreOnly(count: number): number;
  /** What the search behind result `row` of the last call took, and the lower bound of its mapping's cycles. */
  searchOf(row: number): {
    readonly scored: number;
    readonly walked: number;
    readonly steps: number;
    readonly bound: number;
  };
}

/** Which build of the core: with SIMD (default), without, or with assertions. All give the same bytes. */
export type CoreBuild = "core" | "core.scalar" | "core.debug";

/**
 * The system grants the core no memory. The engine reserves addresses, not memory, for it: some 8 GiB a thread, so that it need not
 * check bounds.
 */
export class CoreMemoryError extends Error {
  override readonly name = "CoreMemoryError";
  readonly code = "sim/no-memory";

  constructor(cause: unknown) {
    const said = cause instanceof Error ? cause.message : String(cause);
    super(
      "The simulator core gets no memory: each thread reserves some 8 GiB of addresses, which a limit of the shell or of a batch system forbids " +
        "(ulimit -v). Raise the limit, use fewer --workers, or set NODE_OPTIONS=--disable-wasm-trap-handler, which reserves none. " +
        `The engine said: ${said}.`,
      { cause },
    );
  }
}

/**
 * Compiles and instantiates the core.
 *
 * @throws CoreMemoryError where the system grants it no memory; Error where the module's ABI is not the one that this package was built for
 */
export function createCore(build: CoreBuild = "core"): Core {
  const module = new WebAssembly.Module(readFileSync(new URL(`build/${build}.wasm`, packageRoot)));
  const exports = instantiated(module);
  const version = exports.abiVersion();
  if (version !== ABI_VERSION) throw new Error(`core has ABI ${version}, this package needs ${ABI_VERSION}`);
  const view = (pointer: number) => new Float64Array(exports.memory.buffer, pointer);
  const results = view(exports.resultsPointer());
  const at = (row: number, field: number): number => results[row * RES_FIELDS + field]!;
  return {
    hardware: view(exports.hardwarePointer()),
    problems: view(exports.problemsPointer()),
    results,
    evaluate: (count) => exports.evaluate(count),
    scoreOnly: (count) => exports.scoreOnly(count),
    searchOf: (row) => ({
      scored: at(row, RES_SCORED),
      walked: at(row, RES_WALKED),
      steps: at(row, RES_STEPS),
      bound: at(row, RES_BOUND),
    }),
  };
}

function instantiated(module: WebAssembly.Module): CoreExports {
  try {
    return instantiateSync<CoreExports>(module).exports;
  } catch (cause) {
    throw cause instanceof RangeError ? new CoreMemoryError(cause) : cause;
  }
}

let shared: Core | undefined;

/** The instance that this thread uses by default. */
export function defaultCore(): Core {
  shared ??= createCore();
  return shared;
}
