import type { CST } from "yaml";

/** Collections inside collections, at most. */
export const MAX_DEPTH = 64;

type Token = CST.Token;

/**
 * Offset of the first token nested more than 64 collections deep; undefined: none.
 * Works on the flat-stack parser's tokens, so that hostile nesting never reaches recursive code.
 */
export function offsetTooDeep(tokens: readonly Token[]): number | undefined {
  const stack: { readonly token: Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  let first: number | undefined;
  while (stack.length > 0) {
    const { token, depth } = stack.pop()!;
    if (token.type === "document") {
      if (token.value) stack.push({ token: token.value, depth });
      continue;
    }
    if (!("items" in token)) continue;
    if (depth >= MAX_DEPTH) {
      first = Math.min(first ?? Infinity, token.offset);
      continue;
    }
    for (const item of token.items) {
      if (item.key) stack.push({ token: item.key, depth: depth + 1 });
      if (item.value) stack.push({ token: item.value, depth: depth + 1 });
    }
  }
  return first;
}
