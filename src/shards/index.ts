export { MOST_SHARDS, type Share } from "./folder.ts";
export { mergeShards, statusOf, type ShardStatus, type WholeStatus } from "./merge.ts";
export { runShard, type ShardRun } from "./run-shard.ts";
