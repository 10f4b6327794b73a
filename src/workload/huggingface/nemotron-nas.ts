import { llamaBias, llamaLike, type Read } from "./llama-like.ts";
import { isRecord, shown, valueOf, type ConfigReader } from "./reader.ts";

/**
 * DeciLM of Nemotron-NAS: each block says its groups of heads and the width of its FFN, or that it has none of either.
 * Width: 2/3 · `ffn_mult` · hidden, up to the next multiple of 256.
 */
export const nemotronNas: Read = (reader, common, options) => {
  const blocks = valueOf(reader, ["block_configs"]);
  const list = Array.isArray(blocks) ? blocks.map((block, at) => blockOf(reader, block, at)) : [];
  if (list.length === 0) reader.problems.push("block_configs must hold one object for each layer.");
  const read = llamaLike({
    rest: (inner, { hidden, heads, layers }) => {
      if (list.length > 0 && list.length !== layers)
        inner.problems.push(`block_configs holds ${list.length} blocks, but num_hidden_layers is ${layers}.`);
      const own = Array.from({ length: layers }, (_, layer) => list[layer] ?? { group: 1, mult: 1 });
      const uneven = own.find(({ group }) => group !== null && heads % group !== 0);
      if (uneven !== undefined)
        inner.problems.push(`n_heads_in_group is ${uneven.group}, but num_attention_heads is ${heads}.`);
      const kinds = own.map(({ group }) => (group === null ? ("none" as const) : ("full" as const)));
      const widthOf = (mult: number) => Math.ceil(Math.floor((2 * mult * hidden) / 3) / 256) * 256;
      return {
        bias: llamaBias(inner),
        kvHeadsByLayer: own.map(({ group }) => (group === null ? heads : Math.max(1, Math.floor(heads / group)))),
        ffn: own.map(({ mult }) => (mult === null ? 0 : widthOf(mult))),
        extras: { attention: kinds.includes("none") ? kinds : undefined },
      };
    },
  });
  return read(reader, common, options);
};

/** Heads that share a key, and the multiple of hidden that the FFN is about; null: no such half. */
function blockOf(reader: ConfigReader, block: unknown, at: number) {
  const refuse = (what: string) => void reader.problems.push(`block_configs[${at}].${what}`);
  const part = (name: string): Readonly<Record<string, unknown>> => {
    const value = isRecord(block) ? block[name] : undefined;
    if (!isRecord(value)) refuse(`${name} is missing.`);
    return isRecord(value) ? value : {};
  };
  const [attention, ffn] = [part("attention"), part("ffn")];
  for (const [name, half] of Object.entries({ attention, ffn })) {
    if (half["replace_with_linear"] === true) refuse(`${name}.replace_with_linear is true, which is not modelled.`);
    if ((half["sparsify"] ?? null) !== null) refuse(`${name}.sparsify is set, which is not modelled.`);
  }
  if ((attention["window_length"] ?? null) !== null) refuse("attention.window_length is set, which is not modelled.");
  const numberIn = (half: Readonly<Record<string, unknown>>, key: string, place: string): number | null => {
    if (half["no_op"] === true) return null;
    const value = half[key];
    if (typeof value === "number" && value > 0 && value < 1e6) return value;
    refuse(`${place}.${key} is ${shown(value ?? null)}, but must be a number above 0.`);
    return 1;
  };
  return {
    group: numberIn(attention, "n_heads_in_group", "attention"),
    mult: numberIn(ffn, "ffn_mult", "ffn"),
  };
}
