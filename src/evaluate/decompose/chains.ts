import type { Operator } from "../../workload/index.ts";
import { isSamePlace } from "../neighbours.ts";

/**
 * Operators that a schedule may join with each other and with no others: neighbours of one place, so that what they cost does not depend on
 * what runs before and behind them. A layer is one, and so is what stands before the layers and behind them.
 */
export interface Chain {
  readonly type: "chain";
  /** In order, as one run of the chain has them. */
  readonly operators: readonly Operator[];
}

export interface CountedChain {
  readonly work: Chain;
  /** Equal for chains of equal cost on every chip, under every schedule. */
  readonly key: string;
  readonly count: number;
}

/** Operators of a model, or of a part of it, as chains. */
export function chainsOf(operators: readonly Operator[]): readonly CountedChain[] {
  const chains: Operator[][] = [];
  for (const operator of operators) {
    const last = chains.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && isJoined(before, operator)) last.push(operator);
    else chains.push([operator]);
  }
  return chains.map((own) => {
    const once = own.map((operator): Operator => ({ ...operator, count: 1 }));
    return { work: { type: "chain", operators: once }, key: once.map(keyInChain).join(" "), count: own[0]!.count };
  });
}

/** A list of operators may give the parts of one attention places of their own: they run as one all the same. */
function isJoined(before: Operator, operator: Operator): boolean {
  const isAttention =
    (before.kind === "scores" && operator.kind === "softmax") ||
    (before.kind === "softmax" && operator.kind === "context");
  return isAttention || isSamePlace(before, operator);
}

/** All of an operator but where it stands: of its name the last part, which says to whom it hands its result. */
function keyInChain({ name, ...operator }: Operator): string {
  const own = name.slice(name.lastIndexOf(".") + 1);
  return `${own} ${JSON.stringify({ ...operator, tower: null, layer: null })}`;
}
