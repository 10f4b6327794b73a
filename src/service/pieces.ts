import { evaluatePass, type Design, type Infeasible, type PassPart } from "../evaluate/index.ts";
import type { DecoderModel } from "../spec/model.ts";
import type { SpecSet } from "../spec/settings.ts";
import type { AttentionKind } from "../spec/model.ts";

/** The four sums that a step's operators fall into. */
export const PIECES = ["linear", "head", "decodeAttention", "chunkAttention"] as const;
export type Piece = (typeof PIECES)[number];

/** A node of a table: s, J above idle (NaN: unknown), and s by what bounds the operators. */
export interface Node {
  readonly seconds: number;
  readonly joules: number;
  readonly bounds: ReadonlyMap<string, number>;
}

/** A model on a device cannot run at a node at all. */
export class PassRefused extends Error {
  constructor(readonly infeasible: Infeasible) {
    super(infeasible.detail);
  }
}

const ATTENTION = new Set<PassPart["kind"]>(["scores", "softmax", "context"]);

/** A context at which attention is mapped quickly, where only the rest of a pass is asked for. */
const USUAL_CONTEXT = 1024;

export interface PassPieces {
  readonly linear: Node;
  readonly head: Node;
  readonly attention: Node;
}

/** Passes of one device, each evaluated once, by its shape. */
export interface Passes {
  /** One decode step of `batch` sequences that attend to `context` keys, their own token included. */
  decode(batch: number, context: number): PassPieces;
  /** `tokens` of one prompt on top of `past` ones. */
  chunk(tokens: number, past: number): PassPieces;
  /** Contexts at which an attention window ends. */
  readonly windows: readonly number[];
  /** A context where only linear layers and head are asked for. */
  readonly usual: number;
  /** Whether attention is one library kernel, which goes on along its line below the first nodes. */
  readonly isKernel: boolean;
  /** How many passes were evaluated. */
  evaluated(): number;
}

/** @throws PassRefused where an operator has no mapping */
export function createPasses(specs: SpecSet, model: DecoderModel): Passes {
  const known = new Map<string, PassPieces>();
  const run = (shape: PassShape): PassPieces => {
    const key = `${shape.phase} ${shape.batch} ${shape.tokens} ${shape.before}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const pieces = piecesOf(evaluated(specs, model, shape));
    known.set(key, pieces);
    return pieces;
  };
  return {
    // A step behind one token attends to that, to its own and to what was there before.
    decode: (batch, context) => run({ phase: "decode", batch, tokens: 1, before: Math.max(0, context - 2) }),
    chunk: (tokens, past) => run({ phase: "prefill", batch: 1, tokens, before: past }),
    windows: windowsOf(model.text.attention ?? []),
    usual: USUAL_CONTEXT,
    isKernel: specs.hardware.kernels?.attention !== undefined,
    evaluated: () => known.size,
  };
}

interface PassShape {
  readonly phase: "prefill" | "decode";
  readonly batch: number;
  readonly tokens: number;
  readonly before: number;
}

function evaluated(specs: SpecSet, model: DecoderModel, shape: PassShape): readonly PassPart[] {
  const { phase, batch, tokens, before } = shape;
  const generatedTokens = phase === "decode" ? 1 : 0;
  const design: Design = {
    ...specs,
    model: { ...model, contextTokens: before, generatedTokens, text: { ...model.text, tokens } },
    deployment: { ...specs.deployment, batch },
    mapper: { objective: "latency", effort: "fast" },
  };
  const parts = evaluatePass(design, phase);
  if ("constraint" in parts) throw new PassRefused(parts);
  return parts;
}

function piecesOf(parts: readonly PassPart[]): PassPieces {
  const attention = parts.filter(({ kind }) => ATTENTION.has(kind));
  const head = parts.filter(({ kind, name }) => kind === "head" || name.endsWith(".final-norm"));
  const linear = parts.filter((part) => !attention.includes(part) && !head.includes(part));
  return { linear: sumOf(linear), head: sumOf(head), attention: sumOf(attention) };
}

function sumOf(parts: readonly PassPart[]): Node {
  const bounds = new Map<string, number>();
  for (const { bound_by, seconds } of parts) bounds.set(bound_by, (bounds.get(bound_by) ?? 0) + seconds);
  return {
    seconds: parts.reduce((sum, part) => sum + part.seconds, 0),
    joules: parts.reduce((sum, { joules }) => sum + (joules ?? NaN), 0),
    bounds,
  };
}

function windowsOf(kinds: readonly AttentionKind[]): readonly number[] {
  const sizes = kinds.flatMap((kind) => (kind.includes(":") ? [Number(kind.split(":")[1])] : []));
  return [...new Set(sizes)];
}
