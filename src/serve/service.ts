import { join } from "node:path";
import * as z from "zod";
import { FACTOR_NAMES } from "../cost/index.ts";
import { escapeJson, SpecError } from "../errors/index.ts";
import { answerDocument, answerJson, ENGINES, hasStages, isServicePath, saidByService } from "../service/index.ts";
import { applySettings, documentOf, parseDeployment, readSpecFile, specSetOf } from "../spec/index.ts";
import { fileOf, hardwareOf, modelOf, type Allowances } from "./inputs.ts";
import { choice, map, named, paramsOf, whole } from "./params.ts";

const paramsSchema = z.strictObject({
  model: named("a model"),
  hardware: named("hardware"),
  service: named("a service"),
  deployment: map.optional(),
  set: map.optional(),
  devices: z.union([whole(1, 1_000_000), z.literal("auto")], { error: "must be a whole number, or auto" }).optional(),
  engine: choice(ENGINES).optional(),
  seed: whole(0, Number.MAX_SAFE_INTEGER).optional(),
});

/** `service`: what `ecotile service --json` prints. @throws RpcError, SpecError, InputError */
export function answerService(written: Readonly<Record<string, unknown>>, allowed: Allowances): string {
  const { model, hardware, service, deployment, set = {}, devices, engine, seed } = paramsOf(paramsSchema, written);
  const settings = Object.entries(set).map(([path, value]) => ({ path, value }));
  const document =
    typeof service === "string"
      ? readSpecFile(fileOf(service, null, allowed))
      : documentOf(service, join(allowed.filesFolder ?? "", "params.service"));
  const misplaced = saidByService(Object.keys(set), hasStages(document));
  if (misplaced.length > 0) throw new SpecError(misplaced);
  const parts = {
    model: modelOf(model, allowed),
    hardware: hardwareOf(hardware, allowed),
    ...(deployment === undefined ? {} : { deployment: parseDeployment(deployment, "params.deployment") }),
  };
  const ofService = settings.filter(({ path }) => isServicePath(path));
  const others = settings.filter(({ path }) => !isServicePath(path));
  const specs = applySettings(specSetOf(parts), others, FACTOR_NAMES);
  const answer = answerDocument(specs, document, ofService, { devices, engine, seed });
  return escapeJson(JSON.stringify(answerJson(answer)));
}
