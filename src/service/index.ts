export { answerDocument, answerJson, documentCurve } from "./answer.ts";
export type { Bill, RequestCarbon, RequestEnergy, UnknownPart } from "./bill.ts";
export { collectiveBytes, collectiveSeconds, messageSeconds, type Collective } from "./collectives.ts";
export type { Measured, Spread } from "./measure.ts";
export { serviceJson } from "./json.ts";
export { hasStages, readService, retrievalOf, serviceOf } from "./read.ts";
export { runRetrieval, type RetrievalAnswer } from "./retrieval/retrieval.ts";
export type { RetrievalSpec } from "./retrieval/types.ts";
export { serviceJsonSchema } from "./schema.ts";
export {
  ENGINES,
  runService,
  type Engine,
  type LoadCurve,
  type ServiceAnswer,
  type ServiceOptions,
  type ServiceViolation,
} from "./service.ts";
export { isServicePath, saidByService } from "./settings.ts";
export type * from "./types.ts";
