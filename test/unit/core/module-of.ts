import { readFileSync } from "node:fs";
import { join } from "node:path";
import { main as asc } from "assemblyscript/asc";
import { root } from "../../architecture/files.ts";

/** What tests ask for: names of functions and variables by file of assembly/, without its ending. */
type Names = Readonly<Record<string, readonly string[]>>;
/** A function of numbers; a variable is one too: called without a number it is read, called with one it is set. Booleans are 0 and 1. */
type CoreFunction = (...args: readonly number[]) => number;

export type CoreModule<N extends Names> = {
  readonly [File in keyof N]: { readonly [Name in N[File][number]]: CoreFunction };
} & {
  /** The f64 at an address of the module's memory, or several from there on. */
  readonly at: (address: number) => number;
  readonly from: (address: number, count: number) => readonly number[];
  readonly put: (address: number, values: readonly number[]) => void;
};

/**
 * Compiles AssemblyScript that stands as if in a folder beside assembly/, and gives what it exports.
 *
 * @param usesSimd  as the shipped core; else as the scalar build
 */
export async function compileCore(source: string, usesSimd = true): Promise<WebAssembly.Exports> {
  let binary: Uint8Array | undefined;
  const options = ["--runtime", "stub", usesSimd ? "--enable" : "--disable", "simd", "--use", "abort=", "-O1"];
  const { error, stderr } = await asc(["test/core.ts", "--outFile", "core.wasm", ...options], {
    readFile: (name, base) => {
      if (name === "test/core.ts") return source;
      try {
        return readFileSync(join(root, base === "." ? "" : base, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (name, content) => {
      if (name.endsWith(".wasm") && typeof content !== "string") binary = content;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`${stderr.toString()}${String(error)}`);
  return new WebAssembly.Instance(new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>), {}).exports;
}

/** Functions and variables of the core that its surface does not show, by file. */
export async function moduleOf<const N extends Names>(names: N, usesSimd = true): Promise<CoreModule<N>> {
  const exported = (file: string, name: string): string => `${file.replace(/\W/g, "_")}_${name}`;
  const source = Object.entries(names).map(([file, all]) => {
    const list = all.map((name) => `${name} as ${exported(file, name)}`);
    return `export { ${list.join(", ")} } from "../assembly/${file}";`;
  });
  const exports = await compileCore(source.join("\n"), usesSimd);
  const view = new Float64Array((exports["memory"] as WebAssembly.Memory).buffer);
  const files = Object.entries(names).map(([file, all]) => [
    file,
    Object.fromEntries(all.map((name) => [name, asFunction(exports, exported(file, name))])),
  ]);
  return {
    ...Object.fromEntries(files),
    at: (address: number) => view[address / 8]!,
    from: (address: number, count: number) => [...view.subarray(address / 8, address / 8 + count)],
    put: (address: number, values: readonly number[]) => view.set(values, address / 8),
  } as CoreModule<N>;
}

function asFunction(exports: WebAssembly.Exports, name: string): CoreFunction {
  const value = exports[name];
  // Where a parameter may be left out, the function asks how many there are.
  const tellCount = exports["__setArgumentsLength"] as ((count: number) => void) | undefined;
  if (typeof value === "function") {
    return (...args) => {
      tellCount?.(args.length);
      return Number((value as (...args: number[]) => unknown)(...args));
    };
  }
  if (!(value instanceof WebAssembly.Global)) throw new Error(`no function or variable of the core: ${name}`);
  return (set) => Number(set === undefined ? value.value : (value.value = set));
}
