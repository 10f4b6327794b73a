export {
  BLOCK_FORMAT,
  chipBlocks,
  chipBlocksInOneRound,
  secondLookBlock,
  type BlockResult,
  type BlockStore,
  type LocalBlockStore,
  type ChipBlock,
  type FirstLookBlock,
  type SecondLookBlock,
} from "./chip-blocks.ts";
export { costsOfFront, createExactEnumerator, enumerateExact, type ExactEnumerator } from "./enumerate.ts";
export { createExactMerger, type ExactMerger } from "./merge.ts";
export { multiplicitiesOf } from "./problem.ts";
export { leastOf, withNearestSecondLook } from "./nearest.ts";
export type {
  Accuracy,
  Decomposition,
  ExactDesign,
  ExactOptions,
  ExactPart,
  ExactReason,
  ExactResult,
  ExactRun,
  HardwareBreak,
  HardwareTables,
  SecondLook,
  SecondLookResult,
  SecondLookRule,
  Variant,
} from "./types.ts";
