export interface Compiler {
  readonly command: string;
  readonly version: string;
}
export interface Build {
  readonly name: string;
  readonly program: string;
}
export function findCompiler(): Compiler | undefined;

/** See build.mjs. */
export function buildC(
  compiler: Compiler,
  entry: string,
  builds: readonly (readonly string[])[],
  folder: string,
): readonly Build[];
