import type { Problem } from "../errors/index.ts";
import type { Line } from "./lines.ts";

/*
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification), one object a line. Stricter than the specification in two ways: every request has
 * an id, so that every line has its answer, and parameters have names.
 */

/** What a line may have at most. */
export const MOST_LINE_BYTES = 16 * 1024 * 1024;
export const MOST_DEPTH = 64;

/** Codes of JSON-RPC, and below −32000 our own. */
export const RPC_CODES = {
  notJson: -32700,
  badRequest: -32600,
  unknownMethod: -32601,
  badParams: -32602,
  bug: -32603,
  refused: -32001,
  unknownRun: -32002,
} as const;

export type RpcId = string | number | null;

export interface RpcRequest {
  readonly id: RpcId;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A request that cannot be answered as it was meant. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  /** The request's, where it is known. */
  readonly id: RpcId;
  readonly problems: readonly Problem[];

  constructor(code: number, message: string, id: RpcId = null, problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.id = id;
    this.problems = problems;
  }
}

const KEYS = ["jsonrpc", "id", "method", "params"];
const MOST_ID_LENGTH = 1000;

/** @throws RpcError for a line that is no request */
export function readRequest(line: Line): RpcRequest {
  const notJson = (message: string): RpcError => new RpcError(RPC_CODES.notJson, message);
  if (line.kind === "too-long") throw notJson(`The line has more than ${MOST_LINE_BYTES} bytes.`);
  if (line.kind === "not-utf8") throw notJson("The line is not UTF-8.");
  if (isTooDeep(line.text)) throw notJson(`The line nests more than ${MOST_DEPTH} objects or lists inside each other.`);
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch {
    throw notJson('The line is not JSON. A request is {"jsonrpc": "2.0", "id": 1, "method": "hello"}, in one line.');
  }
  const wrong = (message: string, id: RpcId = null): RpcError => new RpcError(RPC_CODES.badRequest, message, id);
  if (Array.isArray(value)) throw wrong("A line holds one request; lists of requests are not read.");
  if (typeof value !== "object" || value === null) throw wrong("A request is an object.");
  const { jsonrpc, id, method, params = {} } = value as Readonly<Record<string, unknown>>;
  if (!isId(id)) throw wrong(`id must be a whole number or a text of at most ${MOST_ID_LENGTH} characters.`);
  if (jsonrpc !== "2.0") throw wrong('jsonrpc must be "2.0".', id);
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw wrong(`${unknown} is no key of a request. Keys: ${KEYS.join(", ")}.`, id);
  if (typeof method !== "string") throw wrong("method must be a text.", id);
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw wrong("params must be an object: parameters have names.", id);
  return { id, method, params: params as Readonly<Record<string, unknown>> };
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" ? id.length <= MOST_ID_LENGTH : Number.isSafeInteger(id);
}

/** Looked at before the text is parsed, without recursion. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (isInText) {
      if (sign === BACKSLASH) at += 1;
      else if (sign === QUOTE) isInText = false;
    } else if (sign === QUOTE) isInText = true;
    else if (sign === BRACE || sign === BRACKET) {
      depth += 1;
      if (depth > MOST_DEPTH) return true;
    } else if (sign === BRACE + 2 || sign === BRACKET + 2) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Their closing signs come two places later. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** A line with a result. @param result JSON text */
export function resultLine(id: RpcId, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}\n`;
}

/** A line with an error; its problems, each with its place, are its data. */
export function errorLine({ id, code, message, problems }: RpcError): string {
  const data = problems.length === 0 ? {} : { data: { problems } };
  return `${JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, ...data } })}\n`;
}
