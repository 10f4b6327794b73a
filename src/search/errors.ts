/** A search that cannot go on because of what it was given: the space, the evaluator or a store that disagrees. */
export class SearchError extends Error {
  override readonly name = "SearchError";
  /** Stable, for example "search/unknown-metric". */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
