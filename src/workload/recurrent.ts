import type { Recurrent } from "../spec/model.ts";
import { queriesOf, runsOf, type Pass } from "./attention-pattern.ts";
import type { LayerShape } from "./layer-shape.ts";
import { cachedVector, linear, normalisation, vector, type Place } from "./make-operator.ts";
import type { Operator, Primitive } from "./operator.ts";

/**
 * A mixer of tokens whose memory is a state of fixed size, in place of attention. With H heads, G heads of keys (and queries), key size
 * n, value size p, inner width d = H·p, convolution width w, rows R:
 *
 *   mamba         in [R, h]·[h, 2d]; d = H (p = 1), key and query of n values common to all channels by x [R, d]·[d, r + 2n], step
 *                 [R, r]·[r, d]                                                          (Gu and Dao 2023, arXiv 2312.00752)
 *   mamba2        in [R, h]·[h, 2d + 2·G·n + H]                                          (Dao and Gu 2024, arXiv 2405.21060)
 *   gated-delta   in [R, h]·[h, 2d + 2·G·n + 2·H]                                        (Yang et al. 2024, arXiv 2412.06464)
 *   lightning     in [R, h]·[h, 2d + 2·G·n], no convolution                              (Qin et al. 2024, arXiv 2405.17381)
 *   all           convolution of w taps on each channel that the state is made of, scan, norm, gate, out [R, d]·[d, h]
 *
 * The state, n·p values a head, is updated and read once a token by the lanes, token after token, also in a prompt; kernels that turn a
 * chunk of a prompt into products do more work on the arrays instead. It is read and written once a run; nothing grows with the context.
 */
export function recurrentMixer(
  shape: LayerShape,
  mixer: Recurrent,
  batch: number,
  pass: Pass,
  place: Place,
): readonly Operator[] {
  const { hidden } = shape;
  const { form, heads, valueSize, keySize, kernel } = mixer;
  const rows = batch * queriesOf(pass);
  const whole = { ...place, count: place.count * runsOf(pass) };
  const inner = heads * valueSize;
  const wide = rows * inner;
  const channels = convolvedChannels(mixer);
  const state = batch * stateElements(mixer);
  const isStep = "steps" in pass;
  return [
    linear(whole, "qkv", "recurrent-in", { rows, k: hidden, n: inWidth(mixer) }),
    ...(channels === 0
      ? []
      : [
          vector(whole, "vector", "convolution", {
            primitive: "multiply",
            elements: rows * channels * kernel,
            elementsRead: rows * channels,
            parametersRead: channels * (kernel + (mixer.convolutionBias ? 1 : 0)),
            elementsWritten: rows * channels,
          }),
          vector(whole, "activation", "convolution-activation", { primitive: "silu", elements: rows * channels }),
        ]),
    ...(form === "mamba" ? stepOperators(shape, mixer, rows, whole) : []),
    cachedVector(whole, "vector", "scan", {
      primitive: SCANS[form],
      elements: rows * heads * valueSize * keySize,
      elementsRead: wide + rows * (2 * mixer.keyHeads * keySize + heads) + (isStep ? state : 0),
      parametersRead: scanParameters(mixer),
      elementsWritten: wide + state,
    }),
    ...gateAndNorm(mixer, rows, whole),
    linear(whole, "output-projection", "recurrent-out", { rows, k: inner, n: hidden }),
  ];
}

/** What the lanes do for an element of the state and a token. */
const SCANS: Readonly<Record<Recurrent["form"], Primitive>> = {
  mamba: "selective-scan",
  mamba2: "scan",
  lightning: "scan",
  "gated-delta": "delta-scan",
};

/** The step of each channel, through `rank` values, and its keys and queries. */
function stepOperators(shape: LayerShape, mixer: Recurrent, rows: number, place: Place): readonly Operator[] {
  const { rank, keySize, heads, innerNorms } = mixer;
  const width = rank + 2 * keySize;
  return [
    linear(place, "qkv", "recurrent-x", { rows, k: heads, n: width }),
    ...(innerNorms
      ? [normalisation(place, "recurrent-x-norm", { rows, hidden: width, normalisation: shape.normalisation })]
      : []),
    linear(place, "qkv", "recurrent-step", { rows, k: rank, n: heads }),
  ];
}

/** The result through its gate; of all forms but the first through a norm too, a head or all of it at once. */
function gateAndNorm(mixer: Recurrent, rows: number, place: Place): readonly Operator[] {
  const elements = rows * mixer.heads * mixer.valueSize;
  const size = normWidth(mixer);
  return [
    ...(size === 0
      ? []
      : [
          vector(place, "normalisation", "recurrent-norm", {
            primitive: "rmsnorm",
            elements,
            rowLength: size,
            parametersRead: size,
          }),
        ]),
    vector(place, "activation", "gate-activation", {
      primitive: mixer.form === "lightning" ? "tanh" : "silu",
      elements,
    }),
    vector(place, "activation", "gating", { primitive: "multiply", elements, elementsRead: 2 * elements }),
  ];
}

/** Elements that the norm of the result covers at once, which are as many trained numbers; 0: there is none. */
function normWidth({ form, heads, valueSize }: Recurrent): number {
  return form === "mamba" ? 0 : form === "gated-delta" ? valueSize : heads * valueSize;
}

function inWidth({ form, heads, keyHeads, keySize, valueSize }: Recurrent): number {
  const [inner, keys] = [heads * valueSize, keyHeads * keySize];
  return (
    2 * inner + { mamba: 0, mamba2: 2 * keys + heads, "gated-delta": 2 * keys + 2 * heads, lightning: 2 * keys }[form]
  );
}

/** Channels that go through the convolution. */
function convolvedChannels({ form, heads, keyHeads, keySize, valueSize, kernel }: Recurrent): number {
  if (form === "lightning" || kernel === 0) return 0;
  return heads * valueSize + (form === "mamba" ? 0 : 2 * keyHeads * keySize);
}

/** Elements that one sequence leaves: the state of each head, and the inputs that the next step's convolution still sees. */
export function stateElements(mixer: Recurrent): number {
  const { heads, keySize, valueSize, kernel } = mixer;
  return heads * keySize * valueSize + convolvedChannels(mixer) * Math.max(0, kernel - 1);
}

/** Elements of the matrices. */
export function recurrentMatrices({ hidden }: LayerShape, mixer: Recurrent): number {
  const { form, heads, keySize, valueSize, rank } = mixer;
  const step = form === "mamba" ? heads * (rank + 2 * keySize) + rank * heads : 0;
  return hidden * inWidth(mixer) + step + heads * valueSize * hidden;
}

/** Decays, biases of the step, and what goes past the state. */
function scanParameters({ form, heads, keySize }: Recurrent): number {
  return { mamba: heads * (keySize + 2), mamba2: 3 * heads, "gated-delta": 2 * heads, lightning: 0 }[form];
}

/** Trained numbers of the matrices, convolution, decays, norms and biases. */
export function recurrentParameters(shape: LayerShape, mixer: Recurrent): number {
  const { form, rank, keySize, kernel, bias, convolutionBias, innerNorms } = mixer;
  return (
    recurrentMatrices(shape, mixer) +
    convolvedChannels(mixer) * (kernel + (convolutionBias ? 1 : 0)) +
    scanParameters(mixer) +
    normWidth(mixer) +
    (form === "mamba" && innerNorms ? rank + 2 * keySize : 0) +
    (bias ? inWidth(mixer) + shape.hidden : 0)
  );
}

/** Values of one token that are alive at once beside the stream: what the first product makes, and the result. */
export function recurrentWidth(mixer: Recurrent): number {
  return inWidth(mixer) + mixer.heads * mixer.valueSize;
}
