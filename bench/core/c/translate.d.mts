export class TranslationError extends Error {}

/** See translate.mjs. */
export function translate(entry: string): string;
