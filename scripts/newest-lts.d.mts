/** Version of Node that `node scripts/newest-lts.mjs` fetches. */
export const NEWEST_LTS: string;
/** Where its program is; null: it is not there. */
export function newestLts(): string | null;
