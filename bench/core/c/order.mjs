import { nothing } from "./types.mjs";

let last = 0;

/**
 * Code of an operation whose operands are evaluated from left to right, as AssemblyScript does and C does not promise:
 * where one of several operands has effects, each gets a name first (GNU statement expression, gcc and clang).
 */
export function inOrder(operands, write) {
  const isFree = operands.filter((each) => !each.isConstant).length < 2 || !operands.some((each) => each.hasEffects);
  if (isFree) return write(operands.map(({ code }) => code));
  const names = operands.map((each) => (each.isConstant || each.type === nothing ? each.code : `as_t${++last}`));
  const lines = operands.flatMap((each, i) =>
    names[i] === each.code ? [] : [`const ${each.type.c} ${names[i]} = ${each.code};`],
  );
  return `({ ${lines.join(" ")} ${write(names)}; })`;
}

/** Forgets the names given so far, so that the same sources give the same text. */
export function restartNames() {
  last = 0;
}
