// Keeps module variables in locals, as far as that can be seen within a function: V8 reads a variable from memory at every
// use, even right behind the instruction that has set it, and Binaryen has no pass for it. Measured with `npm run bench`.
import binaryen from "assemblyscript/binaryen";

/** The operands of each kind of expression without control flow, in the order in which they are evaluated. */
const OPERANDS = {
  Binary: ["Left", "Right"],
  Const: [],
  Drop: ["Value"],
  Load: ["Ptr"],
  LocalGet: [],
  LocalSet: ["Value"],
  MemoryCopy: ["Dest", "Source", "Size"],
  MemoryFill: ["Dest", "Value", "Size"],
  MemorySize: [],
  Nop: [],
  SIMDExtract: ["Vec"],
  SIMDLoad: ["Ptr"],
  SIMDReplace: ["Vec", "Value"],
  SIMDShift: ["Vec", "Shift"],
  SIMDShuffle: ["Left", "Right"],
  SIMDTernary: ["A", "B", "C"],
  Select: ["IfTrue", "IfFalse", "Condition"],
  Store: ["Ptr", "Value"],
  Unary: ["Value"],
};

const KINDS = new Map(
  [
    ...Object.keys(OPERANDS),
    "Block",
    "Break",
    "Call",
    "GlobalGet",
    "GlobalSet",
    "If",
    "Loop",
    "Return",
    "Switch",
    "Unreachable",
  ].map((kind) => [binaryen[`${kind}Id`], kind]),
);

/**
 * Rewrites all functions of a module: behind a `global.set` or `global.get` the value is in a local too, and is taken from there
 * until a call, which may set the variable, or the head of a loop, to which control comes back. Variables are set as before.
 *
 * @param module  Binaryen module
 * @throws        Error at an instruction that it does not know, whose order of evaluation would be a guess
 */
export function forwardGlobals(module) {
  const variables = new Map();
  for (let i = 0; i < module.getNumGlobals(); i++) {
    const { name, type, mutable } = binaryen.getGlobalInfo(module.getGlobalByIndex(i));
    if (mutable) variables.set(name, type);
  }
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const pointer = module.getFunctionByIndex(i);
    const { module: importedFrom, body } = binaryen.getFunctionInfo(pointer);
    if (importedFrom === "") binaryen.Function.setBody(pointer, forwarded(module, pointer, body, variables));
  }
}

/** The body of one function, rewritten in place. */
function forwarded(module, pointer, body, variables) {
  const locals = new Map();
  /** Variables whose locals hold their values here; undefined where control does not come. */
  let known = new Set();
  /** The same at the branches to each label, of those that all of them know. */
  const atLabels = new Map();

  const localOf = (name) => {
    if (!locals.has(name)) locals.set(name, binaryen._BinaryenFunctionAddVar(pointer, variables.get(name)));
    return locals.get(name);
  };
  const forget = () => {
    if (known !== undefined) known = new Set();
  };
  const branchTo = (label) => {
    atLabels.set(label, atLabels.has(label) ? both(atLabels.get(label), known) : known && new Set(known));
  };
  const rewriteOperands = (kind, node, operands) => {
    for (const operand of operands) {
      const child = binaryen[kind][`get${operand}`](node);
      if (child !== 0) binaryen[kind][`set${operand}`](node, rewrite(child));
    }
  };

  const CONTROL = {
    Block(node) {
      for (let i = 0; i < binaryen.Block.getNumChildren(node); i++) {
        binaryen.Block.setChildAt(node, i, rewrite(binaryen.Block.getChildAt(node, i)));
      }
      const label = binaryen.Block.getName(node);
      if (atLabels.has(label)) known = both(known, atLabels.get(label));
      atLabels.delete(label);
      return node;
    },
    Break(node) {
      rewriteOperands("Break", node, ["Value", "Condition"]);
      branchTo(binaryen.Break.getName(node));
      if (binaryen.Break.getCondition(node) === 0) known = undefined;
      return node;
    },
    Call(node) {
      for (let i = 0; i < binaryen.Call.getNumOperands(node); i++) {
        binaryen.Call.setOperandAt(node, i, rewrite(binaryen.Call.getOperandAt(node, i)));
      }
      forget();
      return node;
    },
    GlobalGet(node) {
      const name = binaryen.GlobalGet.getName(node);
      const type = variables.get(name);
      if (type === undefined || known === undefined) return node;
      if (known.has(name)) return module.local.get(localOf(name), type);
      known.add(name);
      return module.local.tee(localOf(name), node, type);
    },
    GlobalSet(node) {
      rewriteOperands("GlobalSet", node, ["Value"]);
      if (known === undefined) return node;
      const name = binaryen.GlobalSet.getName(node);
      const value = binaryen.GlobalSet.getValue(node);
      binaryen.GlobalSet.setValue(node, module.local.tee(localOf(name), value, variables.get(name)));
      known.add(name);
      return node;
    },
    If(node) {
      rewriteOperands("If", node, ["Condition"]);
      const before = known && new Set(known);
      rewriteOperands("If", node, ["IfTrue"]);
      const behind = known;
      known = before;
      rewriteOperands("If", node, ["IfFalse"]);
      known = both(behind, known);
      return node;
    },
    Loop(node) {
      forget();
      rewriteOperands("Loop", node, ["Body"]);
      atLabels.delete(binaryen.Loop.getName(node));
      return node;
    },
    Return(node) {
      rewriteOperands("Return", node, ["Value"]);
      known = undefined;
      return node;
    },
    Switch(node) {
      rewriteOperands("Switch", node, ["Value", "Condition"]);
      for (const label of [...binaryen.Switch.getNames(node), binaryen.Switch.getDefaultName(node)]) branchTo(label);
      known = undefined;
      return node;
    },
    Unreachable(node) {
      known = undefined;
      return node;
    },
  };

  /** Rewrites an expression in the order of its evaluation; returns what stands in its place. */
  function rewrite(node) {
    const kind = KINDS.get(binaryen.getExpressionId(node));
    if (kind === undefined) throw new Error(`forwardGlobals does not know ${binaryen.emitText(node)}`);
    if (kind in CONTROL) return CONTROL[kind](node);
    rewriteOperands(kind, node, OPERANDS[kind]);
    return node;
  }

  return rewrite(body);
}

/** What is known where two ways meet. */
function both(one, other) {
  if (one === undefined || other === undefined) return one ?? other;
  return new Set([...one].filter((name) => other.has(name)));
}
