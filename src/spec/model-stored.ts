import type * as z from "zod";
import { refuse } from "./fields.ts";
import type { TowerContext } from "./model-build.ts";
import type { rawModelSchema } from "./model-schema.ts";
import { mergedQuantisation, type Quantisation, type WrittenQuantisation } from "./quantisation.ts";

type RawModel = z.output<typeof rawModelSchema>;
export type AllTowers = RawModel["quantisation"];
type TowerKey = "text" | "vision" | "encoder" | "decoder";

/** A tower with all that is said of its storage: by itself, by its name, of all towers; of a list of towers of each part. */
export function stored<T extends { readonly quantisation?: WrittenQuantisation | undefined }>(
  { quantisation, ...tower }: T,
  name: TowerKey,
  ...from: readonly AllTowers[]
): Omit<T, "quantisation"> & { readonly quantisation?: Quantisation } {
  const said = from.flatMap((each) => [each?.[name], withoutTowers(each)]);
  const merged = mergedQuantisation(quantisation, ...said);
  return { ...tower, ...(merged === undefined ? {} : { quantisation: merged }) };
}

/** What is said of all towers. */
export function withoutTowers(all: AllTowers): WrittenQuantisation | undefined {
  if (all === undefined) return undefined;
  const classes: AllTowers = { ...all, text: undefined, vision: undefined, encoder: undefined, decoder: undefined };
  return classes;
}

/** A name of a tower that the model does not have is no setting that nobody reads. */
export function checkTowerNames(raw: Omit<RawModel, "quantisation">, all: AllTowers, ctx: TowerContext): void {
  if (all === undefined) return;
  const parts = raw.family === "towers" ? (raw as Extract<RawModel, { family: "towers" }>).towers : [raw];
  for (const name of ["text", "vision", "encoder", "decoder"] as const)
    if (all[name] !== undefined && parts.every((part) => !(name in part)))
      refuse(ctx, "spec/inconsistent", `names a tower that the model does not have`, null, ["quantisation", name]);
}
