import binaryen from "assemblyscript/binaryen";
import fc from "fast-check";
import { expect, it } from "vitest";
import { forwardGlobals } from "../../../scripts/forward-globals.mjs";
import { effort, seed } from "../../oracle/cases.ts";

const { i32 } = binaryen;
const GLOBALS = ["a", "b", "c"];
/** Locals of the function under test: what it is called with, and turns of loops that are left. */
const ARGUMENT = 0;
const FUEL = 1;

type Value =
  | { kind: "number"; value: number }
  | { kind: "get"; name: string }
  | { kind: "argument" }
  | { kind: "call"; with: Value }
  | { kind: "add" | "less"; left: Value; right: Value }
  | { kind: "choose"; condition: Value; yes: Value; no: Value }
  | { kind: "block"; body: Statement[]; leave: Value; early: Value; value: Value };
type Statement =
  | { kind: "set"; name: string; value: Value }
  | { kind: "if"; condition: Value; yes: Statement[]; no: Statement[] }
  | { kind: "block"; body: Statement[]; leave: Value; rest: Statement[] }
  | { kind: "jump"; on: Value; first: Statement[]; second: Statement[] }
  | { kind: "loop"; body: Statement[] }
  | { kind: "return"; condition: Value; value: Value };

const programs = fc.letrec<{ value: Value; statement: Statement; statements: Statement[] }>((tie) => {
  const value = tie("value");
  const statements = tie("statements");
  const name = fc.constantFrom(...GLOBALS);
  const setting = fc.record({ kind: fc.constant("set" as const), name, value });
  const calling = setting.map((to): Statement => ({ ...to, value: { kind: "call", with: to.value } }));
  const is = <K extends string>(kind: K) => fc.constant(kind);
  return {
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({ kind: is("number"), value: fc.integer({ min: -3, max: 9 }) }),
      fc.record({ kind: is("get"), name }),
      fc.record({ kind: is("get"), name }),
      fc.record({ kind: is("argument") }),
      fc.record({ kind: fc.constantFrom("add" as const, "less" as const), left: value, right: value }),
      fc.record({ kind: is("choose"), condition: value, yes: value, no: value }),
      fc.record({ kind: is("call"), with: value }),
      fc.record({ kind: is("block"), body: statements, leave: value, early: value, value }),
    ),
    statement: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      setting,
      setting,
      fc.record({ kind: is("if"), condition: value, yes: statements, no: statements }),
      fc.record({ kind: is("block"), body: statements, leave: value, rest: statements }),
      fc.record({ kind: is("jump"), on: value, first: statements, second: statements }),
      fc.record({ kind: is("loop"), body: statements }),
      // A variable is read and changed by a call, in turns.
      fc.record({ kind: is("loop"), body: fc.tuple(setting, calling) }),
      fc.record({ kind: is("return"), condition: value, value }),
    ),
    statements: fc.array(tie("statement"), { maxLength: 4 }),
  };
});

/** A module with a function `run` that does what the statements say, and returns what the variables have come to. */
function moduleOf(statements: readonly Statement[]): binaryen.Module {
  const module = new binaryen.Module();
  module.setFeatures(binaryen.Features.MutableGlobals);
  for (const [i, name] of GLOBALS.entries()) {
    module.addGlobal(name, i32, true, module.i32.const(i + 1));
    module.addGlobalExport(name, name);
  }
  let labels = 0;
  const newLabel = () => `label${String(labels++)}`;
  const get = (name: string) => module.global.get(name, i32);
  const sum = (values: readonly number[]) =>
    values.reduce((all, one) => module.i32.add(module.i32.mul(all, module.i32.const(31)), one));

  function value(node: Value): number {
    switch (node.kind) {
      case "number":
        return module.i32.const(node.value);
      case "get":
        return get(node.name);
      case "argument":
        return module.local.get(ARGUMENT, i32);
      case "add":
        return module.i32.add(value(node.left), value(node.right));
      case "less":
        return module.i32.lt_s(value(node.left), value(node.right));
      case "choose":
        return module.if(value(node.condition), value(node.yes), value(node.no));
      case "call":
        return module.call("change", [value(node.with)], i32);
      case "block": {
        const label = newLabel();
        const leave = module.drop(module.br(label, value(node.leave), value(node.early)));
        return module.block(label, [...node.body.map(statement), leave, value(node.value)], i32);
      }
    }
  }
  function statement(node: Statement): number {
    switch (node.kind) {
      case "set":
        return module.global.set(node.name, value(node.value));
      case "if":
        return module.if(value(node.condition), block(node.yes), block(node.no));
      case "block": {
        const label = newLabel();
        return module.block(label, [
          ...node.body.map(statement),
          module.br(label, value(node.leave)),
          block(node.rest),
        ]);
      }
      case "jump": {
        const [one, other] = [newLabel(), newLabel()];
        const inner = module.block(one, [block(node.first), module.switch([one, other], other, value(node.on))]);
        return module.block(other, [inner, block(node.second)]);
      }
      case "loop": {
        const label = newLabel();
        const left = module.local.tee(FUEL, module.i32.sub(module.local.get(FUEL, i32), module.i32.const(1)), i32);
        return module.loop(
          label,
          module.block(null, [block(node.body), module.br(label, module.i32.gt_s(left, module.i32.const(0)))]),
        );
      }
      case "return":
        return module.if(value(node.condition), module.return(value(node.value)));
    }
  }
  function block(nodes: readonly Statement[]): number {
    return module.block(null, nodes.map(statement));
  }

  const argument = module.local.get(0, i32);
  module.addFunction(
    "change",
    i32,
    i32,
    [],
    module.block(
      null,
      [
        module.global.set("b", sum([get("b"), get("c"), argument])),
        module.drop(module.call("change_c", [argument], i32)),
        get("a"),
      ],
      i32,
    ),
  );
  module.addFunction("change_c", i32, i32, [], module.block(null, [module.global.set("c", argument), get("c")], i32));
  const start = module.local.set(FUEL, module.i32.const(5));
  const end = module.return(sum(GLOBALS.map(get)));
  module.addFunction("run", i32, i32, [i32], module.block(null, [start, ...statements.map(statement), end]));
  module.addFunctionExport("run", "run");
  return module;
}

/** What `run` returns, and what the variables are behind it, for a few arguments, one after the other. */
function outcomeOf(module: binaryen.Module): unknown {
  expect(module.validate()).toBe(1);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(module.emitBinary())));
  const run = exports["run"] as (argument: number) => number;
  const variables = () => GLOBALS.map((name) => (exports[name] as WebAssembly.Global<"i32">).value);
  return [0, 1, 7].map((argument) => [run(argument), variables()]);
}

it(`a module whose variables are kept in locals does what it did (fast-check seed ${String(seed)})`, () => {
  let forwarded = 0;
  fc.assert(
    fc.property(programs.statements, (statements) => {
      const module = moduleOf(statements);
      const before = outcomeOf(module);
      const readsBefore = module.emitText().split("global.get").length;
      forwardGlobals(module);
      expect(outcomeOf(module)).toEqual(before);
      forwarded += readsBefore - module.emitText().split("global.get").length;
      module.dispose();
    }),
    { seed, numRuns: 500 * effort },
  );
  expect(forwarded).toBeGreaterThan(500);
});
