import { gemmNumbers, gemmRecords, gemmSimulator, type GemmNumbers, type Machine } from "../evaluate/portable.ts";
import {
  ABI_VERSION,
  loadCoreModule,
  runRecords,
  useCore,
  type CoreRecords,
  type GemmProblem,
  type MappingEffort,
  type MappingObjective,
  type RanRecords,
} from "../sim/portable.ts";
import { simulate, simulatedJson, type Simulation } from "../simulate/index.ts";
import type { SpecSet } from "../spec/portable.ts";
import { bytesOf, type CoreSource } from "./source.ts";

export interface ProductOptions {
  /** What mappings are chosen for; default latency. */
  readonly objective?: MappingObjective;
  readonly effort?: MappingEffort;
}

/** The simulator, ready to run. Equal inputs give equal bytes in every host. */
export interface LoadedCore {
  readonly abiVersion: number;
  /**
   * One model on one machine: latency, energy, area and carbon, as `ecotile simulate`.
   *
   * @param objective what mappings are chosen for; left out: as in studies
   */
  simulate(specs: SpecSet, objective?: MappingObjective): Simulation;
  /** The same as the document that `ecotile simulate --json` prints. */
  simulateJson(specs: SpecSet, objective?: MappingObjective): Readonly<Record<string, unknown>>;
  /**
   * Products on one machine, with the numbers of `ecotile gemm --json`, in order.
   *
   * @throws GemmProblemError for sizes that are not counted; InputError for an objective that needs energies which are not known
   */
  products(machine: Machine, products: readonly GemmProblem[], options?: ProductOptions): readonly GemmNumbers[];
  /** The bytes that go into the core for products, energies included, and those that come out; as {@link LoadedCore.products}. */
  records(machine: Machine, products: readonly GemmProblem[], options?: ProductOptions): CoreRecords;
  /**
   * Runs records that come from anywhere: each row has a status, and where it is refused the field and the rule that it breaks.
   *
   * @param mappings result records with the mappings of problems that give one
   * @throws InputError for bytes that are no whole number of records
   */
  run(records: Uint8Array, mappings?: Uint8Array): RanRecords;
}

/**
 * Compiles and instantiates the core, in any host with WebAssembly.
 *
 * @param source bytes or address of core.wasm, or of core.scalar.wasm where there is no SIMD; both give the same bytes
 * @throws CoreVersionError where it is not the core that this package was built for; CoreMemoryError where it gets no memory; InputError
 *   where the address gives no bytes
 */
export async function loadCore(source: CoreSource): Promise<LoadedCore> {
  const core = await loadCoreModule(await bytesOf(source));
  /** Several cores may be loaded; a call runs to its end on its own. */
  const using = <T>(act: () => T): T => {
    useCore(core);
    return act();
  };
  const filled = ({ objective = "latency", effort = "fast" }: ProductOptions = {}) => ({ objective, effort });
  return Object.freeze({
    abiVersion: ABI_VERSION,
    simulate: (specs, objective) => using(() => simulate(specs, objective)),
    simulateJson: (specs, objective) => using(() => simulatedJson(specs, simulate(specs, objective))),
    products: (machine, products, options) =>
      using(() => gemmSimulator(machine, filled(options))(products).map((each) => gemmNumbers(each, machine))),
    records: (machine, products, options) => using(() => gemmRecords(machine, products, filled(options))),
    run: (records, mappings) => runRecords(core, records, mappings ?? null),
  } satisfies LoadedCore);
}
