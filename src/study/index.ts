export { createAskTell, type AskedDesign, type AskTell, type AskTellState, type ToldOutcome } from "./ask-tell.ts";
export {
  answerOf,
  commandOf,
  createCommandAccuracy,
  readAnswer,
  storedAccuracy,
  type Answer,
  type CommandAccuracy,
  type RemoteAccuracy,
} from "./command-accuracy.ts";
export { completedOutcome, createDesignFarm, type DesignFarm, type OwnAccuracy } from "./evaluations.ts";
export { greyBoxOf } from "./exact/grey-box.ts";
export { identityOf, sourcesInUse, type Sources } from "./identity.ts";
export { hardwareLabel, towersLabel } from "./labels.ts";
export { exactSizeOf, namedStrategy, proposingStrategy } from "./auto.ts";
export { withBounds } from "./bounds.ts";
export { checkStrategy, loadSearchStudy, readSearchStudy, type Overrides } from "./load.ts";
export { openOutputFile, writeFileWhole, type OutputFile } from "./output-file.ts";
export type { OwnMetrics } from "./own-metrics.ts";
export { defaultRunFolder, ensureFolder, RUN_FILES, SHARD_FOLDER } from "./run-folder.ts";
export {
  runFilled,
  RunInterrupted,
  runStudy,
  writeReport,
  type RunOptions,
  type RunProgress,
  type RunSoFar,
  type StudyRun,
} from "./run.ts";
export { loopOf, strategyOf } from "./strategy.ts";
export {
  studyInWorlds,
  type LeastCarbon,
  type Takeovers,
  type WinningDesign,
  type WorldFront,
  type WorldsResult,
} from "./worlds/worlds.ts";
export { WORLD_AXES, type World, type WorldAxis, type WorldGrid } from "./worlds/box.ts";
export { writeAll } from "./write-all.ts";
