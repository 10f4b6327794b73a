import { instantiate, instantiateSync } from "@assemblyscript/loader";
import { ABI_VERSION, RES_BOUND, RES_FIELDS, RES_SCORED, RES_STEPS, RES_WALKED } from "../../assembly/abi.ts";

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
  trace(first: number): number;
  eventsPointer(): number;
}

const EXPORTS = [
  "memory",
  "abiVersion",
  "hardwarePointer",
  "problemsPointer",
  "resultsPointer",
  "maxBatch",
  "evaluate",
];

/** One instance of the core with views of its three tables; its memory never grows, so the views stay good. */
export interface Core {
  readonly hardware: Float64Array;
  readonly problems: Float64Array;
  readonly results: Float64Array;
  evaluate(count: number): number;
  /** Scores mapping candidates by their bounds, and walks none. */
  scoreOnly(count: number): number;
  /** Events of the walk that was traced last (abi.ts), from the first that was asked for on. */
  readonly events: Float64Array;
  /** Walks the mapping of the first result record and writes its events from number `first` on; how many there are in all, −1: refused. */
  trace(first: number): number;
  /** What the search behind result `row` of the last call took, and the lower bound of its mapping's cycles. */
  searchOf(row: number): {
    readonly scored: number;
    readonly walked: number;
    readonly steps: number;
    readonly bound: number;
  };
}

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

/** A module that is not the core that this package was built for: its records would be read as numbers all the same. */
export class CoreVersionError extends Error {
  override readonly name = "CoreVersionError";
  readonly code = "sim/abi-version";
  /** What the module says; null: it is no core of ecotile's. */
  readonly found: number | null;
  readonly needed = ABI_VERSION;

  constructor(found: number | null, cause?: unknown) {
    const what = found === null ? "is no core of ecotile" : `has ABI ${found}`;
    super(
      `The WebAssembly module ${what}, but this package needs a core with ABI ${ABI_VERSION}: take the core.wasm that came with it.`,
      { cause },
    );
    this.found = found;
  }
}

/**
 * Compiles and instantiates a core.
 *
 * @throws CoreMemoryError where the system grants it no memory; CoreVersionError where the module is not the one that this package was
 *   built for
 */
export function instantiateCore(bytes: Uint8Array<ArrayBuffer>): Core {
  const module = new WebAssembly.Module(bytes);
  checkIsCore(module);
  try {
    return coreOf(instantiateSync<CoreExports>(module).exports);
  } catch (cause) {
    throw asMemoryError(cause);
  }
}

/** The same, without holding up the thread; of bytes, which are compiled first. */
export async function loadCoreModule(bytes: ArrayBuffer): Promise<Core> {
  const module = await WebAssembly.compile(bytes).catch((cause: unknown) => {
    throw new CoreVersionError(null, cause);
  });
  checkIsCore(module);
  try {
    return coreOf((await instantiate<CoreExports>(module)).exports);
  } catch (cause) {
    throw asMemoryError(cause);
  }
}

/** What is asked of a module before it may run. */
function checkIsCore(module: WebAssembly.Module): void {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!EXPORTS.every((name) => names.has(name))) throw new CoreVersionError(null);
}

function coreOf(exports: CoreExports): Core {
  const version = exports.abiVersion();
  if (version !== ABI_VERSION) throw new CoreVersionError(version);
  const view = (pointer: number) => new Float64Array(exports.memory.buffer, pointer);
  const results = view(exports.resultsPointer());
  const at = (row: number, field: number): number => results[row * RES_FIELDS + field]!;
  return {
    hardware: view(exports.hardwarePointer()),
    problems: view(exports.problemsPointer()),
    results,
    evaluate: (count) => exports.evaluate(count),
    scoreOnly: (count) => exports.scoreOnly(count),
    events: view(exports.eventsPointer()),
    trace: (first) => exports.trace(first),
    searchOf: (row) => ({
      scored: at(row, RES_SCORED),
      walked: at(row, RES_WALKED),
      steps: at(row, RES_STEPS),
      bound: at(row, RES_BOUND),
    }),
  };
}

const asMemoryError = (cause: unknown): unknown => (cause instanceof RangeError ? new CoreMemoryError(cause) : cause);

let shared: Core | undefined;
let open: (() => Core) | null = null;

/** From now on the default instance is made by this, where none is there. */
export function openCoreWith(opener: () => Core): void {
  open = opener;
}

/** From now on this is the default instance of the thread. */
export function useCore(core: Core): void {
  shared = core;
}

/** The instance that this thread uses by default. @throws Error where there is none, and this host cannot look for it */
export function defaultCore(): Core {
  if (shared === undefined && open === null) throw new Error("There is no core yet: await loadCore() first.");
  shared ??= open!();
  return shared;
}
