import * as z from "zod";
import { FACTOR_NAMES } from "../cost/index.ts";
import { escapeJson } from "../errors/index.ts";
import { gemmNumbers, gemmSimulator } from "../evaluate/index.ts";
import { isCountable, MOST_SIZE, type GemmProblem } from "../sim/index.ts";
import { applySettings, loadModel, MAPPING_EFFORTS, MAPPING_OBJECTIVES } from "../spec/index.ts";
import { hardwareOf, type Allowances } from "./inputs.ts";
import { choice, list, named, paramsOf, whole } from "./params.ts";
import { RPC_CODES, RpcError } from "./rpc.ts";

const size = whole(1, MOST_SIZE);
const paramsSchema = z.strictObject({
  hardware: named("hardware"),
  shapes: list(z.tuple([size, size, size, size], { error: "must be [batch, m, n, k]" }), "shapes [batch, m, n, k]"),
  objective: choice(MAPPING_OBJECTIVES).default("latency"),
  effort: choice(MAPPING_EFFORTS).default("fast"),
});

/** Specs have a model, and products do not look at it. */
const ANY_MODEL = "clip-vit-b16";

/** `gemm`: products of matrices, each with the numbers of `ecotile gemm`. @throws RpcError, SpecError, InputError */
export function answerProducts(written: Readonly<Record<string, unknown>>, allowed: Allowances): string {
  const { hardware, shapes, objective, effort } = paramsOf(paramsSchema, written);
  const problems = shapes.map(([batch, m, n, k]): GemmProblem => ({ batch, m, n, k, sharedB: false }));
  const large = problems.findIndex((problem) => !isCountable(problem));
  if (large >= 0) {
    const message = `params.shapes[${large}]: batch · m · n · k is over 2^53, where counts are no longer exact.`;
    throw new RpcError(RPC_CODES.badParams, message);
  }
  const specs = applySettings(
    { model: loadModel(ANY_MODEL), hardware: hardwareOf(hardware, allowed) },
    [],
    FACTOR_NAMES,
  );
  const results = gemmSimulator(specs, { objective, effort })(problems).map((streamed, i) => ({
    ...problems[i]!,
    ...gemmNumbers(streamed, specs),
  }));
  return escapeJson(JSON.stringify({ hardware: specs.hardware.name, objective, effort, results }));
}
