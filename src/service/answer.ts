import type { SourceDocument } from "../spec/document.ts";
import type { Setting, SpecSet } from "../spec/settings.ts";
import { serviceJson } from "./json.ts";
import { hasStages, retrievalOf, serviceOf } from "./read.ts";
import { retrievalJson } from "./retrieval/json.ts";
import { retrievalCurve, runRetrieval, type RetrievalAnswer } from "./retrieval/retrieval.ts";
import { runService, serviceCurve, type LoadCurve, type ServiceAnswer, type ServiceOptions } from "./service.ts";

/**
 * The service that a document describes: a decoder, or stages that find and rank.
 *
 * @param settings paths of the service file with other values
 * @throws SpecError with every problem found
 */
export function answerDocument(
  specs: SpecSet,
  document: SourceDocument,
  settings: readonly Setting[],
  options: ServiceOptions,
): ServiceAnswer | RetrievalAnswer {
  if (hasStages(document)) return runRetrieval(specs, retrievalOf(document, specs.model, settings), options);
  return runService(specs, serviceOf(document, settings), options);
}

/** It over its load; null: the server cannot be. @param withEvents points of the event engine beside the closed form */
export function documentCurve(
  specs: SpecSet,
  document: SourceDocument,
  settings: readonly Setting[],
  options: ServiceOptions,
  withEvents: boolean,
): LoadCurve<ServiceAnswer | RetrievalAnswer> | null {
  if (hasStages(document)) {
    const spec = retrievalOf(document, specs.model, settings);
    return retrievalCurve(specs, spec, options, withEvents);
  }
  return serviceCurve(specs, serviceOf(document, settings), options, withEvents);
}

/** Either of them as `--json` gives it. */
export const answerJson = (answer: ServiceAnswer | RetrievalAnswer): Readonly<Record<string, unknown>> =>
  answer.kind === "retrieval" ? retrievalJson(answer) : serviceJson(answer);
