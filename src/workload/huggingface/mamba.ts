import type { ListedOperator, OperatorsModel } from "../../spec/model.ts";
import { headOf } from "./architecture.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { count, flag, layerCount, optionalCount, valueOf, type ConfigReader } from "./reader.ts";
import { sequenceOf } from "./sequence.ts";

/**
 * MambaConfig (Gu and Dao 2023, arXiv 2312.00752) as a list of operators: per layer the products of the block; the convolution over the last
 * tokens and the scan are work of the lanes. With inner width d, state n, kernel w, rank r of the step, rows T:
 *
 *   in [T, hidden]·[hidden, 2d], convolution w a channel, x [T, d]·[d, r + 2n], step [T, r]·[r, d],
 *   scan: exp(Δ·A), times the state, plus Δ·B·x, times C: each T·d·n, gate, out [T, d]·[d, hidden]
 *
 * The state does not grow: there is no KV cache.
 */
export function readMamba(reader: ConfigReader, common: Common, options: HuggingFaceOptions): OperatorsModel {
  const hidden = count(reader, ["hidden_size", "d_model"]);
  const layers = layerCount(reader, ["num_hidden_layers", "n_layer"]);
  const state = count(reader, ["state_size"], 16);
  const kernel = count(reader, ["conv_kernel"], 4);
  const inner = optionalCount(reader, ["intermediate_size"]) ?? count(reader, ["expand"], 2) * hidden;
  const given = valueOf(reader, ["time_step_rank"]);
  const rank = typeof given === "number" ? count(reader, ["time_step_rank"]) : Math.ceil(hidden / 16);
  const vocabulary = count(reader, ["vocab_size"]);
  const hasConvolutionBias = flag(reader, "use_conv_bias", true);
  const hasBias = flag(reader, "use_bias", false);
  const isTied = flag(reader, "tie_word_embeddings", true);
  for (const name of [
    "expand",
    "hidden_act",
    "time_step_scale",
    "time_step_min",
    "time_step_max",
    "time_step_init_scheme",
    "time_step_floor",
    "rescale_prenorm_residual",
    "residual_in_fp32",
    "use_mambapy",
    "d_inner",
    "ssm_cfg",
  ])
    valueOf(reader, [name]);
  const head = headOf(reader);
  if (head.kind === "classifier") reader.problems.push("architectures: a classifier is not modelled in this family.");
  const hasHead = head.kind === "language-model";
  const { tokens, generatedTokens } = sequenceOf(reader, options, Number.MAX_SAFE_INTEGER, hasHead);
  const sizes = { hidden, layers, state, kernel, inner, rank };
  const biases = (hasConvolutionBias ? inner : 0) + (hasBias ? 2 * inner + hidden : 0);
  const outsideProducts = inner * kernel + biases + inner + inner * state + inner + hidden;
  const table = hidden * vocabulary;
  return {
    ...common,
    family: "operators",
    operators: [
      ...pass("prefill", tokens, 1, sizes, vocabulary, hasHead),
      ...(generatedTokens > 0 ? pass("decode", 1, generatedTokens, sizes, vocabulary, hasHead) : []),
    ],
    // Convolutions, A, D, the step's bias and norms; the table, which is also the head's where tied.
    otherParameters: layers * outsideProducts + hidden + (hasHead && isTied ? 0 : table),
    kvCacheElements: 0,
    kvElementsPerToken: 0,
  };
}

interface Sizes {
  readonly hidden: number;
  readonly layers: number;
  readonly state: number;
  readonly kernel: number;
  readonly inner: number;
  readonly rank: number;
}

function pass(
  phase: "prefill" | "decode",
  tokens: number,
  runs: number,
  { hidden, layers, state, kernel, inner, rank }: Sizes,
  vocabulary: number,
  hasHead: boolean,
): readonly ListedOperator[] {
  const place = (name: string, count_: number) => ({ name: `${phase}.${name}`, tower: "text", phase, count: count_ });
  const product = (name: string, k: number, n: number): ListedOperator => ({
    ...place(name, layers * runs),
    ...{ kind: "product", batch: 1, m: tokens, n, k, shared: true, classes: ["activation", "weight"] },
    ...{ matrices: layers, sameWeightsAs: phase === "prefill" ? null : `prefill.${name}` },
  });
  const vector = (
    name: string,
    primitive: "rmsnorm" | "multiply" | "add" | "tanh" | "silu" | "gather",
    elements: number,
    more: {
      readonly rowLength?: number;
      readonly reads?: number;
      readonly parameters?: number;
      readonly count?: number;
    } = {},
  ): ListedOperator => ({
    ...place(name, more.count ?? layers * runs),
    ...{ kind: "vector", primitive, elements, rowLength: more.rowLength ?? 1 },
    ...{ elementsRead: more.reads ?? elements, elementsWritten: elements, parameters: more.parameters ?? 0 },
  });
  const wide = tokens * inner;
  const scan = wide * state;
  const stream = tokens * hidden;
  return [
    vector("token-embedding", "gather", stream, { reads: tokens, parameters: stream, count: runs }),
    vector("norm", "rmsnorm", stream, { rowLength: hidden, parameters: hidden }),
    product("in", hidden, 2 * inner),
    vector("convolution", "multiply", wide * kernel, { reads: wide, parameters: inner * kernel }),
    vector("convolution-activation", "silu", wide),
    product("x", inner, rank + 2 * state),
    product("step", rank, inner),
    vector("scan-decay", "tanh", scan, { reads: wide, parameters: inner * state }),
    vector("scan-state", "multiply", scan),
    vector("scan-input", "add", scan),
    vector("scan-output", "multiply", scan),
    vector("gate-activation", "silu", wide),
    vector("gate", "multiply", wide, { reads: 2 * wide }),
    product("out", inner, hidden),
    vector("residual", "add", stream, { reads: 2 * stream }),
    vector("final-norm", "rmsnorm", stream, { rowLength: hidden, parameters: hidden, count: runs }),
    ...(hasHead
      ? [
          {
            ...place("head", runs),
            ...{ kind: "product" as const, batch: 1, m: 1, n: vocabulary, k: hidden, shared: true, matrices: 1 },
            ...{ classes: ["activation", "head"] as const, sameWeightsAs: phase === "prefill" ? null : "prefill.head" },
          },
        ]
      : []),
  ];
}
