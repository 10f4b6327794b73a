import { didYouMean, SpecError } from "../errors/index.ts";
import { sourcesInUse } from "../study/index.ts";
import { createDesigns } from "./designs.ts";
import type { Allowances } from "./inputs.ts";
import type { Line } from "./lines.ts";
import { MOST_ITEMS } from "./params.ts";
import { answerProducts } from "./products.ts";
import { answerService } from "./service.ts";
import { errorLine, MOST_DEPTH, MOST_LINE_BYTES, readRequest, resultLine, RPC_CODES, RpcError } from "./rpc.ts";
import { createRuns, MOST_RUNS, type Method } from "./runs.ts";

/** Raised with every change that a client of before would not understand. */
const PROTOCOL = 1;

export interface SessionOptions extends Allowances {
  /** What a person is told of an error: whether it is the user's, and a text. */
  readonly failureOf: (error: unknown) => { readonly isOurs: boolean; readonly text: string };
}

/** Answers lines, one after the other. */
export interface Session {
  /** One line for each line. Never throws. */
  answer(line: Line): Promise<string>;
  close(): Promise<void>;
}

export function createSession(options: SessionOptions): Session {
  const designs = createDesigns(options);
  const runs = createRuns(options);
  const methods: Readonly<Record<string, Method>> = {
    hello: () => hello(options, names),
    evaluate: designs,
    gemm: (params) => answerProducts(params, options),
    service: (params) => answerService(params, options),
    ...runs.methods,
  };
  const names = Object.keys(methods);

  const answered = async (line: Line): Promise<string> => {
    const { id, method, params } = readRequest(line);
    const found = Object.hasOwn(methods, method) ? methods[method] : undefined;
    try {
      if (found === undefined) {
        const message = `There is no method "${method}". Methods: ${names.join(", ")}.`;
        throw new RpcError(RPC_CODES.unknownMethod, [message, didYouMean(method, names) ?? ""].join(" ").trim());
      }
      return resultLine(id, await found(params));
    } catch (error) {
      const { code, message, problems } = errorOf(error, options);
      throw new RpcError(code, message, id, problems);
    }
  };
  return {
    answer: async (line) => {
      try {
        return await answered(line);
      } catch (error) {
        return errorLine(errorOf(error, options));
      }
    },
    close: runs.closeAll,
  };
}

function hello({ filesFolder, areCommandsAllowed }: Allowances, methods: readonly string[]): string {
  const limits = { line_bytes: MOST_LINE_BYTES, depth: MOST_DEPTH, items: MOST_ITEMS, runs: MOST_RUNS };
  const allows = { files: filesFolder !== null, command: areCommandsAllowed };
  return JSON.stringify({ name: "ecotile", protocol: PROTOCOL, ...sourcesInUse(), methods, limits, allows });
}

/** Codes of problems that mean: not allowed here. */
const REFUSALS = ["spec/file-refused"];

function errorOf(error: unknown, { failureOf }: SessionOptions): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof SpecError) {
    const { problems } = error;
    const first = problems[0]!;
    const more = problems.length === 1 ? "" : ` (${problems.length - 1} more in data.problems)`;
    const code = REFUSALS.includes(first.code) ? RPC_CODES.refused : RPC_CODES.badParams;
    const message = [first.message, first.hint ?? ""].join(" ").trim();
    return new RpcError(code, `${message}${more}`, null, problems);
  }
  const { isOurs, text } = failureOf(error);
  return new RpcError(isOurs || !(error instanceof Error) ? RPC_CODES.bug : RPC_CODES.badParams, text);
}
