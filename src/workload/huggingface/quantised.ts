import type { ModelSpec, Tower, TowerModel } from "../../spec/model.ts";
import { TOWER_NAMES } from "../../spec/set-model.ts";
import type { Quantisation, StoredFormat } from "../../spec/quantisation.ts";
import { isRecord } from "./reader.ts";

/** What a `quantization_config` says of storage, and what of it has no place here; null: its method is not known. */
export interface ReadQuantisation {
  readonly quantisation: Quantisation;
  readonly notes: readonly string[];
}

type Config = Readonly<Record<string, unknown>>;

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;

/** Embedding, head and norms stay in 16 bits: these methods convert linear layers alone. */
const SIXTEEN: StoredFormat = { bits: 16 };
const REST = { embedding: SIXTEEN, head: SIXTEEN, norms: SIXTEEN } as const;

/** Integers in groups, each with a scale of 16 bits, and a zero point as wide as an element where there is one. */
function integers(bits: number, group: number | undefined, hasZero: boolean): StoredFormat {
  if (group === undefined) return { bits, format: "int" };
  return { bits, format: "int", group, scaleBits: 16, zeroBits: hasZero ? bits : 0 };
}

const FP8: StoredFormat = { bits: 8, format: "fp" };

function awq({ bits, w_bit, group_size, q_group_size, zero_point }: Config): Quantisation {
  const width = numberOf(bits ?? w_bit) ?? 4;
  const group = numberOf(group_size ?? q_group_size);
  return { weights: integers(width, group, zero_point !== false), ...REST, method: { weights: "calibrated" } };
}

function gptq({ bits, group_size, lm_head }: Config): Quantisation {
  // Zero points are in the file of symmetric models too.
  const weights = integers(numberOf(bits) ?? 4, numberOf(group_size), true);
  return { weights, ...REST, ...(lm_head === true ? { head: weights } : {}), method: { weights: "calibrated" } };
}

/** NF4 and int8 of bitsandbytes: a scale of 32 bits for 64 elements, or of 8 where scales are quantised again. */
function bitsAndBytes({ load_in_4bit, bnb_4bit_use_double_quant }: Config): Quantisation {
  const method = { weights: "rtn" } as const;
  if (load_in_4bit !== true) return { weights: { bits: 8, format: "int" }, ...REST, method };
  const scaleBits = bnb_4bit_use_double_quant === true ? 8 : 32;
  return { weights: { bits: 4, format: "fp", group: 64, scaleBits, zeroBits: 0 }, ...REST, method };
}

/** Blocks of weights with a scale of 32 bits; activations are scaled as the scheme says. */
function fp8({ weight_block_size, activation_scheme }: Config): Quantisation {
  const [rows, columns] = Array.isArray(weight_block_size) ? weight_block_size.map(numberOf) : [];
  const scales = activation_scheme === "static" ? "static" : rows === undefined ? "token" : "block";
  const weights =
    rows === undefined || columns === undefined ? FP8 : { ...FP8, group: rows * columns, scaleBits: 32, zeroBits: 0 };
  return { weights, ...REST, scales: { activations: scales } };
}

function modelopt({ quant_algo, kv_cache_quant_algo }: Config): Quantisation | null {
  const kv = /fp8/i.test(String(kv_cache_quant_algo)) ? { kv: FP8 } : {};
  if (/nvfp4/i.test(String(quant_algo)))
    return { weights: { bits: 4, format: "fp", group: 16, scaleBits: 8, zeroBits: 0 }, ...REST, ...kv };
  if (/fp8/i.test(String(quant_algo))) return { weights: FP8, ...REST, ...kv };
  return null;
}

/** compressed-tensors: schemes by group of modules, of which the first stands for all. */
function compressed({ config_groups, kv_cache_scheme }: Config): Quantisation | null {
  const first = isRecord(config_groups) ? Object.values(config_groups).find(isRecord) : undefined;
  const weights = isRecord(first?.["weights"]) ? schemeOf(first["weights"]) : null;
  if (weights === null) return null;
  const kv = isRecord(kv_cache_scheme) ? schemeOf(kv_cache_scheme) : null;
  return { weights, ...REST, ...(kv === null ? {} : { kv }) };
}

function schemeOf({ num_bits, type, group_size, symmetric }: Config): StoredFormat | null {
  const bits = numberOf(num_bits);
  if (bits === undefined) return null;
  if (type !== "float") return integers(bits, numberOf(group_size), symmetric === false);
  const group = numberOf(group_size);
  return { bits, format: "fp", ...(group === undefined ? {} : { group, scaleBits: 16, zeroBits: 0 }) };
}

const MX4: StoredFormat = { bits: 4, format: "mx", group: 32, scaleBits: 8, zeroBits: 0 };

const METHODS: Readonly<Record<string, (config: Config) => Quantisation | null>> = {
  awq,
  gptq,
  bitsandbytes: bitsAndBytes,
  fp8,
  fbgemm_fp8: fp8,
  modelopt,
  "compressed-tensors": compressed,
  mxfp4: () => ({ weights: MX4, ...REST, method: { weights: "trained" } }),
};

/** Modules that stay as they are, other than those that these methods leave out anyway. */
function leftOut({ modules_to_not_convert, ignore }: Config): readonly string[] {
  const names = [modules_to_not_convert, ignore].flatMap((each) => (Array.isArray(each) ? each.map(String) : []));
  return names.filter((name) => !/lm_head|embed|norm/.test(name));
}

/** @returns null for a method that is not known, or a file that does not say enough */
export function readQuantisation(config: Config): ReadQuantisation | null {
  const method = String(config["quant_method"]);
  const quantisation = Object.hasOwn(METHODS, method) ? METHODS[method]!(config) : null;
  if (quantisation === null) return null;
  const names = leftOut(config);
  const shown = `${names.slice(0, 4).join(", ").slice(0, 200)}${names.length > 4 ? ", …" : ""}`;
  return {
    quantisation,
    notes: [
      ...(names.length === 0
        ? []
        : [`quantization_config leaves out ${shown}: matrices are one class here, so they are taken as the others.`]),
      ...(quantisation.weights !== undefined && /^(fp8|fbgemm_fp8|modelopt|compressed-tensors)$/.test(method)
        ? [
            "quantization_config: activations are stored at the hardware's width; " +
              "where they are to be narrow too, --set quantisation.activations=fp8.",
          ]
        : []),
    ],
  };
}

/** A model whose towers of text are stored so; a vision tower alone is too. */
export function withQuantisation<T extends ModelSpec>(model: T, quantisation: Quantisation): T {
  if (model.family === "towers") {
    const texts = model.towers.filter(({ family }) => family !== "vit");
    const towers = model.towers.map((part): TowerModel =>
      texts.length > 0 && part.family === "vit" ? part : withQuantisation(part, quantisation),
    );
    return { ...model, towers };
  }
  if (model.family === "operators") return { ...model, quantisation };
  const names = TOWER_NAMES.filter((name) => name in model);
  const changed = names.length > 1 ? names.filter((name) => name !== "vision") : names;
  const towers = model as unknown as Readonly<Record<string, Tower>>;
  return { ...model, ...Object.fromEntries(changed.map((name) => [name, { ...towers[name]!, quantisation }])) };
}
