export { PASSWORD_VARIABLE, readServer, type QueueServer } from "./connection.ts";
export { createRemoteAccuracy } from "./remote.ts";
export { runQueueWorker, type WorkerCounts } from "./worker.ts";
