export interface Tools {
  readonly wasm2c: string;
  readonly runTime: string;
  readonly headers: string;
  readonly compiler: string;
  readonly version: string;
}
export interface Build {
  readonly name: string;
  readonly program: string;
}

/** See build.mjs. */
export function findTools(): Tools | { readonly missing: string };
export function buildC(
  tools: Tools,
  module: string,
  builds: readonly (readonly string[])[],
  folder: string,
): readonly Build[];
export function bindingOf(header: string): string;
