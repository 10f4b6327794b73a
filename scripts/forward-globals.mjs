// Keeps module variables in locals, as far as that can be seen within a function: V8 reads a variable from memory at every
// use, even right behind the instruction that has set it, and Binaryen has no pass for it. Measured with `npm run bench`.
import binaryen from "assemblyscript/binaryen";

/** The operands of each kind of expression, in the order in which they are evaluated; blocks and calls have lists of their own. */
const OPERANDS = {
  Binary: ["Left", "Right"],
  Block: [],
  Break: ["Value", "Condition"],
  Call: [],
  Const: [],
  Drop: ["Value"],
  GlobalGet: [],
  GlobalSet: ["Value"],
  If: ["Condition", "IfTrue", "IfFalse"],
  Load: ["Ptr"],
  LocalGet: [],
  LocalSet: ["Value"],
  Loop: ["Body"],
  MemoryCopy: ["Dest", "Source", "Size"],
  MemoryFill: ["Dest", "Value", "Size"],
  MemorySize: [],
  Nop: [],
  Return: ["Value"],
  SIMDExtract: ["Vec"],
  SIMDLoad: ["Ptr"],
  SIMDReplace: ["Vec", "Value"],
  SIMDShift: ["Vec", "Shift"],
  SIMDShuffle: ["Left", "Right"],
  SIMDTernary: ["A", "B", "C"],
  Select: ["IfTrue", "IfFalse", "Condition"],
  Store: ["Ptr", "Value"],
  Switch: ["Value", "Condition"],
  Unary: ["Value"],
  Unreachable: [],
};
const LISTS = {
  Block: ["getNumChildren", "getChildAt", "setChildAt"],
  Call: ["getNumOperands", "getOperandAt", "setOperandAt"],
};

const KINDS = new Map(Object.keys(OPERANDS).map((kind) => [binaryen[`${kind}Id`], kind]));

/**
 * Rewrites all functions of a module: behind a `global.set` or `global.get` the value is in a local too, and is taken from there
 * until a call that may set the variable, or the head of a loop in which it is set. Variables are set as before.
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
  const bodies = new Map();
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const pointer = module.getFunctionByIndex(i);
    const { name, module: importedFrom, body } = binaryen.getFunctionInfo(pointer);
    if (importedFrom === "") bodies.set(name, { pointer, body });
  }
  const setBy = variablesSetBy(bodies, [...variables.keys()]);
  for (const { pointer, body } of bodies.values()) {
    binaryen.Function.setBody(pointer, forwarded(module, pointer, body, variables, setBy));
  }
}

function kindOf(node) {
  const kind = KINDS.get(binaryen.getExpressionId(node));
  if (kind === undefined) throw new Error(`forwardGlobals does not know ${binaryen.emitText(node)}`);
  return kind;
}

/** Replaces each operand of an expression by what `change` makes of it, in the order of evaluation. */
function mapOperands(kind, node, change, operands = OPERANDS[kind]) {
  const of = binaryen[kind];
  for (const operand of operands) {
    const child = of[`get${operand}`](node);
    if (child !== 0) of[`set${operand}`](node, change(child));
  }
  if (!(kind in LISTS)) return;
  const [count, get, set] = LISTS[kind];
  for (let i = 0; i < of[count](node); i++) of[set](node, i, change(of[get](node, i)));
}

/** Variables that an expression sets itself, and functions that it calls. */
function effectsOf(node) {
  const sets = new Set();
  const calls = new Set();
  const look = (each) => {
    const kind = kindOf(each);
    if (kind === "GlobalSet") sets.add(binaryen.GlobalSet.getName(each));
    if (kind === "Call") calls.add(binaryen.Call.getTarget(each));
    mapOperands(kind, each, look);
    return each;
  };
  look(node);
  return { sets, calls };
}

/**
 * What may be set by whom.
 *
 * @returns  a function of an expression: the variables that may be set until it is evaluated, by it and by all that it calls
 */
function variablesSetBy(bodies, all) {
  const effects = new Map([...bodies].map(([name, { body }]) => [name, effectsOf(body)]));
  const withCalls = ({ sets, calls }) => {
    const found = new Set(sets);
    const seen = new Set();
    const waiting = [...calls];
    while (waiting.length > 0) {
      const name = waiting.pop();
      if (seen.has(name)) continue;
      seen.add(name);
      // Nobody knows what an imported function comes to call.
      const of = effects.get(name) ?? { sets: all, calls: [] };
      for (const each of of.sets) found.add(each);
      waiting.push(...of.calls);
    }
    return found;
  };
  return (node) => withCalls(effectsOf(node));
}

/** The body of one function, rewritten in place. */
function forwarded(module, pointer, body, variables, setBy) {
  const locals = new Map();
  /** Variables whose locals hold their values here; undefined where control does not come. */
  let known = new Set();
  /** The same at the branches to each label, of those that all of them know. */
  const atLabels = new Map();

  const localOf = (name) => {
    if (!locals.has(name)) locals.set(name, binaryen._BinaryenFunctionAddVar(pointer, variables.get(name)));
    return locals.get(name);
  };
  const forget = (names) => {
    if (known !== undefined) known = new Set([...known].filter((name) => !names.has(name)));
  };
  const branchTo = (label) => {
    atLabels.set(label, atLabels.has(label) ? both(atLabels.get(label), known) : known && new Set(known));
  };
  const rewriteOperands = (kind, node, operands) => mapOperands(kind, node, rewrite, operands);

  const CONTROL = {
    Block(node) {
      rewriteOperands("Block", node);
      const label = binaryen.Block.getName(node);
      if (atLabels.has(label)) known = both(known, atLabels.get(label));
      atLabels.delete(label);
      return node;
    },
    Break(node) {
      rewriteOperands("Break", node);
      branchTo(binaryen.Break.getName(node));
      if (binaryen.Break.getCondition(node) === 0) known = undefined;
      return node;
    },
    Call(node) {
      rewriteOperands("Call", node);
      forget(setBy(node));
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
      rewriteOperands("GlobalSet", node);
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
      forget(setBy(node));
      rewriteOperands("Loop", node);
      atLabels.delete(binaryen.Loop.getName(node));
      return node;
    },
    Return(node) {
      rewriteOperands("Return", node);
      known = undefined;
      return node;
    },
    Switch(node) {
      rewriteOperands("Switch", node);
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
    const kind = kindOf(node);
    if (kind in CONTROL) return CONTROL[kind](node);
    rewriteOperands(kind, node);
    return node;
  }

  return rewrite(body);
}

/** What is known where two ways meet. */
function both(one, other) {
  if (one === undefined || other === undefined) return one ?? other;
  return new Set([...one].filter((name) => other.has(name)));
}
