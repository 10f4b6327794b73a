import { formatQuantity, joulesOf } from "../units/index.ts";
import { formatMapping } from "../mapping/format.ts";
import { gemmSeconds, launchSeconds, type StreamedGemm } from "../evaluate/index.ts";
import type { GemmProblem } from "../sim/index.ts";
import type { SpecSet } from "../spec/index.ts";
import type { GemmNumbers } from "../evaluate/index.ts";

/** What `gemm --shape` prints for people. */
export function gemmText(
  problem: GemmProblem,
  { result, prefetched }: StreamedGemm,
  numbers: GemmNumbers,
  { hardware }: SpecSet,
): string {
  const { batch, m, n, k } = problem;
  const title = `${batch} × (${m} × ${k}) · (${k} × ${n}) on ${hardware.name}`;
  if (result.kind === "unmappable") return `${title}\ninfeasible: ${String(numbers.reason)}`;
  const { timing, counters, mapping } = result;
  const { roofline, stallCycles } = timing;
  const energy = numbers.energy_total_pJ as number | null;
  return [
    title,
    "",
    formatMapping(mapping),
    ...pastLines(hardware),
    "",
    `cycles        ${timing.cycles} (${formatQuantity(gemmSeconds(result, hardware), "time")})`,
    ...startLines(hardware),
    `roofline      compute ${Math.ceil(roofline.compute)}, DRAM ${Math.ceil(roofline.dram)}, local ports ${Math.ceil(roofline.local)} cycles`,
    `array         ${timing.computeCycles} cycles, utilisation ${(100 * timing.utilisation).toFixed(1)} %`,
    `stalls        DRAM ${stallCycles.dram}, global buffer ${stallCycles.global}, local buffer ${stallCycles.local} cycles`,
    `              of these first fill ${timing.firstFillCycles}, last drain ${timing.lastDrainCycles}`,
    ...prefetchLines(prefetched),
    `energy        ${energy === null ? String(numbers.reason).replace("energy ", "") : formatQuantity(joulesOf(energy), "energy")}`,
    `DRAM          ${String(numbers.dram_read_bytes)} B read, ${String(numbers.dram_write_bytes)} B written`,
    `global buffer ${String(numbers.glb_read_bytes)} B read, ${String(numbers.glb_write_bytes)} B written`,
    `array edge    inputs ${counters.array.inputReads}, weights ${counters.array.weightReads}, ` +
      `sums ${counters.array.outputReads} in and ${counters.array.outputWrites} out (elements)`,
  ].join("\n");
}

/** Operands that the global buffer does not keep; nothing where it keeps all. */
function pastLines({ globalBuffer }: SpecSet["hardware"]): readonly string[] {
  const holds = globalBuffer?.holds;
  if (holds === undefined) return [];
  const past = (["input", "weight", "output"] as const).filter((operand) => !holds.includes(operand));
  return [`past it       ${past.join(", ")}: not in the global buffer, from and to DRAM`];
}

/** The time to start it under the stack that runs; nothing where there is none. */
function startLines(hardware: SpecSet["hardware"]): readonly string[] {
  if (hardware.runtime === null) return [];
  return [
    `start         ${formatQuantity(launchSeconds({ type: "gemm" }, hardware), "time")} more (runtime ${hardware.runtime.stack})`,
  ];
}

/** What came before the product began; nothing where nothing did. */
function prefetchLines({ input, weight }: StreamedGemm["prefetched"]): readonly string[] {
  if (input + weight === 0) return [];
  const what = weight === 0 ? "inputs" : input === 0 ? "weights" : "inputs and weights";
  return [
    `prefetch      ${input + weight} B of ${what} come while the product before runs, one of a stream of equal ones`,
  ];
}
