export { serve, type Output } from "./serve.ts";
export type { SessionOptions } from "./session.ts";
